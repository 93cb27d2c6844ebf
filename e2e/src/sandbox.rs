//! What a story may see and move only because the server runs as a sandbox: its operator, short messages and clock.

use std::fs;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::client::Client;
use crate::error::{Error, io};
use crate::server::Server;

/// The phone number of the operator of every server that a story starts.
pub const OPERATOR_PHONE: &str = "13900000000";

/// How long a short message may take: it is sent by a job after the request is answered.
const TO_SEND: Duration = Duration::from_secs(30);

impl Server {
    /// The platform's first operator, signed in and acting as such.
    ///
    /// # Errors
    /// When the first start left no password, or it does not fit.
    pub fn operator(&self) -> Result<Client, Error> {
        let password = fs::read_to_string(self.data().join("operator-password.txt"))
            .map_err(io("read the password of the first operator"))?;
        let mut operator = Client::new(self.url())?;
        operator.sign_in(OPERATOR_PHONE, password.trim())?;
        Ok(operator.acting_as("operator"))
    }

    /// The six digits of the newest short message to this phone; each message is given once.
    ///
    /// # Errors
    /// When no message with a code comes within half a minute.
    pub fn sms_code(&mut self, phone: &str) -> Result<String, Error> {
        let anybody = Client::new(self.url())?;
        let path = format!("/api/v1/sandbox/messages?phone={phone}");
        let deadline = Instant::now() + TO_SEND;
        loop {
            let reply = anybody.get(&path)?.ok()?;
            let answer = reply.json()?;
            let items = answer["items"].as_array().ok_or_else(|| reply.unexpected("items"))?;
            // Newest first, and never fewer than before.
            if items.len() > self.messages_read(phone)
                && let Some(code) = items[0]["text"].as_str().and_then(code_in)
            {
                self.note_messages_read(phone, items.len());
                return Ok(code);
            }
            if Instant::now() >= deadline {
                return Err(reply.unexpected("a new message with a code"));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Moves the server's clock forward; a restart sets it back.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn advance_clock(&mut self, seconds: i64) -> Result<(), Error> {
        Client::new(self.url())?.post("/api/v1/sandbox/clock", &json!({ "advance_seconds": seconds }))?.ok()?;
        self.note_clock(seconds);
        Ok(())
    }

    /// The time by the server's clock, in seconds since 1970 UTC.
    pub fn now_seconds(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        now.cast_signed().saturating_add(self.clock_ahead())
    }
}

/// The first six digits that stand alone in a text.
pub(crate) fn code_in(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_not_a_part_of_a_longer_number() {
        assert_eq!(code_in("【印信】验证码 042195，5 分钟内有效").as_deref(), Some("042195"));
        assert_eq!(code_in("合同 20261122001 待签，验证码：123456。").as_deref(), Some("123456"));
        assert_eq!(code_in("合同 20261122001 已签"), None);
    }
}
