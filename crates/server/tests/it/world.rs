//! The people and organisations that tests need, made the way users make them. All are invented.

use std::time::Duration;

use serde_json::{Value, json};
use yinxin_domain::identifiers::UnifiedSocialCreditCode;
use yinxin_domain::ids::OrganisationId;
use yinxin_domain::organisation::OrganisationKind;
use yinxin_server::actor::{Actor, Need};
use yinxin_server::db::{CommitError, Record};
use yinxin_server::failure::Failure;
use yinxin_server::http::signed;
use yinxin_server::identity::bootstrap::bootstrap_operator;
use yinxin_server::identity::errors::IdentityError;
use yinxin_server::organisation::use_cases::provision;

use crate::harness::{Answer, Client, TestApp};

/// Everybody's password.
pub const PASSWORD: &str = "Shili-2026";
const OPERATOR_PHONE: &str = "19900000001";

/// A valid resident identity number, one per `number`.
pub fn resident_id(number: u32) -> String {
    let body = format!("11010119900101{:03}", number % 1000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// A valid unified social credit code, one per `number`.
pub fn uscc(number: u32) -> UnifiedSocialCreditCode {
    let body = format!("91410800{:08}", number % 100_000_000);
    // The organisation code's own check character is not of interest here: every last pair is tried until one fits.
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    alphabet
        .chars()
        .flat_map(|inner| alphabet.chars().map(move |last| (inner, last)))
        .find_map(|(inner, last)| UnifiedSocialCreditCode::parse(&format!("{body}{inner}{last}")).ok())
        .expect("some pair of check characters fits")
}

impl TestApp {
    /// The newest message to a phone (or captcha), once there are more than `seen`.
    async fn message(&self, recipient: &str, seen: usize) -> String {
        for _ in 0..1000 {
            let items = self.messages(recipient).await;
            if items.len() > seen {
                return items[0]["text"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no message came");
    }

    /// Messages so far, newest first.
    pub async fn messages(&self, recipient: &str) -> Vec<Value> {
        let answer = self.visitor().get(&format!("/api/v1/sandbox/messages?phone={recipient}")).await.expect(200);
        answer.json["items"].as_array().unwrap().clone()
    }

    /// Asks for a code and reads it from the sandbox. The clock is moved so that the last one does not hinder.
    pub async fn sms_code(&self, phone: &str, purpose: &str) -> String {
        let seen = self.messages(phone).await.len();
        self.app().clock.advance(61_000_000).unwrap();
        self.visitor().post("/api/v1/sms-codes", json!({ "phone": phone, "purpose": purpose })).await.expect(202);
        code_in(&self.message(phone, seen).await)
    }

    /// The answer of a captcha, as the sandbox tells it.
    pub async fn captcha_answer(&self, captcha: &str) -> String {
        self.message(captcha, 0).await
    }

    /// A registered person, logged in, acting for himself.
    pub async fn person(&self, phone: &str) -> Client<'_> {
        let sms_code = self.sms_code(phone, "register").await;
        let registration = json!({ "phone": phone, "password": PASSWORD, "sms_code": sms_code, "agreed": true });
        self.visitor().post("/api/v1/registrations", registration).await.expect(201);
        self.log_in(phone).await
    }

    /// Logs in with the common password, acting as `person`.
    pub async fn log_in(&self, phone: &str) -> Client<'_> {
        let login = json!({ "phone": phone, "password": PASSWORD });
        let answer = self.visitor().post("/api/v1/sessions", login).await.expect(201);
        self.client_of(&answer).acting("person")
    }

    /// A client with the cookie and CSRF token of a login's answer.
    pub fn client_of(&self, login: &Answer) -> Client<'_> {
        let cookie = login.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let csrf = login.json["csrf_token"].as_str().unwrap().to_owned();
        Client { cookie: Some(cookie), csrf: Some(csrf), ..self.visitor() }
    }

    /// The platform's operator, acting as such.
    pub async fn operator(&self) -> Client<'_> {
        match bootstrap_operator(self.app(), OPERATOR_PHONE, PASSWORD.to_owned().into()).await {
            Ok(_) | Err(IdentityError::AccountExists) => self.log_in(OPERATOR_PHONE).await.acting("operator"),
            Err(error) => panic!("no operator: {error}"),
        }
    }

    /// A person with a verified name, logged in, acting for himself.
    pub async fn verified_person(&self, phone: &str, name: &str) -> Client<'_> {
        let person = self.person(phone).await;
        let number: u32 = phone[8..].parse().unwrap();
        let claim = json!({ "name": name, "resident_id": resident_id(number) });
        let claim = person.post("/api/v1/real-name-claims", claim).await.expect(201);
        let path = format!("/api/v1/operator/real-name-claims/{}/decision", claim.json["claim_id"].as_str().unwrap());
        self.operator().await.post(&path, json!({ "accept": true })).await.expect(204);
        person
    }

    /// An organisation as an award leaves it: known and unverified.
    pub async fn unverified_organisation(&self, number: u32, name: &str, kind: OrganisationKind) -> OrganisationId {
        let permit = Actor::system("test").permit(&[Need::System]).unwrap();
        let provision = provision(self.app(), uscc(number), name, kind);
        self.app()
            .db
            .commit(&permit, Record::of(provision.event()), provision, |provision, conn| {
                Box::pin(async move { Ok::<_, CommitError<Failure>>(provision.ensure(conn).await?) })
            })
            .await
            .unwrap()
    }

    /// A verified organisation whose administrator is this person.
    pub async fn organisation(
        &self,
        number: u32,
        name: &str,
        kind: OrganisationKind,
        administrator: &Client<'_>,
    ) -> OrganisationId {
        let id = self.unverified_organisation(number, name, kind).await;
        let person = administrator.person_id().await;
        let path = format!("/api/v1/operator/organisations/{id}/verification");
        let body = json!({ "administrator_person_id": person, "note": "测试核验" });
        self.operator().await.post(&path, body).await.expect(204);
        id
    }

    /// A machine client of a kind: (id, secret).
    pub async fn machine(&self, kind: &str) -> (String, String) {
        let body = json!({ "name": "示例接口", "kind": kind });
        let answer = self.operator().await.post("/api/v1/operator/clients", body).await.expect(201);
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        (text("client_id"), text("secret"))
    }

    /// A signed POST of a machine client.
    pub async fn signed_post(&self, (id, secret): &(String, String), path: &str, body: &[u8]) -> Answer {
        let timestamp = (self.app().now() / 1_000_000).to_string();
        let signature = signed::signature(secret.as_bytes(), &timestamp, "POST", path, body);
        self.visitor()
            .with("x-client-id", id)
            .with("x-timestamp", &timestamp)
            .with("x-signature", &signature)
            .send(reqwest::Method::POST, path, Some(("application/json", body.to_vec())))
            .await
    }
}

impl Client<'_> {
    /// The id of who is logged in.
    pub async fn person_id(&self) -> String {
        self.get("/api/v1/session").await.expect(200).json["person"]["id"].as_str().unwrap().to_owned()
    }
}

/// The six digits in a message.
pub fn code_in(text: &str) -> String {
    let digits: String = text.chars().skip_while(|c| *c != '：').filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(digits.len(), 6, "{text}");
    digits
}
