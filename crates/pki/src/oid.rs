//! Object identifiers, by the arc that defines them.

use crate::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($value);)*
    };
}

oids! {
    // Commercial cryptography, GM/T 0006.
    /// SM2 as curve parameter; in old certificates also as algorithm.
    SM2 = "1.2.156.10197.1.301";
    /// SM2 signature, as GM/T 0010 names the signature algorithm of a SignerInfo; in old certificates also the key algorithm.
    SM2_SIGN = "1.2.156.10197.1.301.1";
    /// SM3.
    SM3 = "1.2.156.10197.1.401";
    /// SM3 "without key", read as SM3.
    SM3_WITHOUT_KEY = "1.2.156.10197.1.401.1";
    /// SM2 signature with SM3.
    SM2_WITH_SM3 = "1.2.156.10197.1.501";
    /// SM2 public key encryption.
    SM2_ENCRYPT = "1.2.156.10197.1.301.3";
    /// SM2 key exchange; GmSSL writes it where it means encryption, so it is read as that.
    SM2_KEY_EXCHANGE = "1.2.156.10197.1.301.2";
    /// HMAC-SM3.
    HMAC_SM3 = "1.2.156.10197.1.401.2";
    /// SM4 without a mode.
    SM4 = "1.2.156.10197.1.104";
    /// SM4 in ECB.
    SM4_ECB = "1.2.156.10197.1.104.1";
    /// SM4 in CBC.
    SM4_CBC = "1.2.156.10197.1.104.2";
    /// GM/T 0010 data.
    GM_DATA = "1.2.156.10197.6.1.4.2.1";
    /// GM/T 0010 signedData.
    GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2";
    /// GM/T 0010 envelopedData.
    GM_ENVELOPED_DATA = "1.2.156.10197.6.1.4.2.3";
    /// GM/T 0010 signedAndEnvelopedData.
    GM_SIGNED_AND_ENVELOPED_DATA = "1.2.156.10197.6.1.4.2.4";

    // Public keys and signatures, RFC 5480, RFC 5758, RFC 8017.
    /// id-ecPublicKey.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    /// Curve P-256.
    P256 = "1.2.840.10045.3.1.7";
    /// Curve P-384.
    P384 = "1.3.132.0.34";
    /// ecdsa-with-SHA256.
    ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    /// ecdsa-with-SHA384.
    ECDSA_SHA384 = "1.2.840.10045.4.3.3";
    /// ecdsa-with-SHA512.
    ECDSA_SHA512 = "1.2.840.10045.4.3.4";
    /// rsaEncryption.
    RSA = "1.2.840.113549.1.1.1";
    /// sha1WithRSAEncryption, read only.
    RSA_SHA1 = "1.2.840.113549.1.1.5";
    /// id-mgf1.
    MGF1 = "1.2.840.113549.1.1.8";
    /// RSASSA-PSS.
    RSA_PSS = "1.2.840.113549.1.1.10";
    /// sha256WithRSAEncryption.
    RSA_SHA256 = "1.2.840.113549.1.1.11";
    /// sha384WithRSAEncryption.
    RSA_SHA384 = "1.2.840.113549.1.1.12";
    /// sha512WithRSAEncryption.
    RSA_SHA512 = "1.2.840.113549.1.1.13";

    /// RSAES-OAEP.
    RSA_OAEP = "1.2.840.113549.1.1.7";
    /// id-pSpecified, the label of OAEP.
    P_SPECIFIED = "1.2.840.113549.1.1.9";

    // Symmetric ciphers, RFC 3565; passwords, RFC 8018; key files, RFC 7292 and RFC 9579.
    /// AES-128 in CBC.
    AES128_CBC = "2.16.840.1.101.3.4.1.2";
    /// AES-192 in CBC.
    AES192_CBC = "2.16.840.1.101.3.4.1.22";
    /// AES-256 in CBC.
    AES256_CBC = "2.16.840.1.101.3.4.1.42";
    /// PBES2.
    PBES2 = "1.2.840.113549.1.5.13";
    /// PBKDF2.
    PBKDF2 = "1.2.840.113549.1.5.12";
    /// PBMAC1.
    PBMAC1 = "1.2.840.113549.1.5.14";
    /// HMAC with SHA-1, the default of PBKDF2.
    HMAC_SHA1 = "1.2.840.113549.2.7";
    /// HMAC with SHA-256.
    HMAC_SHA256 = "1.2.840.113549.2.9";
    /// HMAC with SHA-384.
    HMAC_SHA384 = "1.2.840.113549.2.10";
    /// HMAC with SHA-512.
    HMAC_SHA512 = "1.2.840.113549.2.11";
    /// pbeWithSHAAnd3-KeyTripleDES-CBC, read only.
    PBE_SHA_3DES = "1.2.840.113549.1.12.1.3";
    /// pbeWithSHAAnd40BitRC2-CBC, read only.
    PBE_SHA_RC2_40 = "1.2.840.113549.1.12.1.6";
    /// keyBag.
    KEY_BAG = "1.2.840.113549.1.12.10.1.1";
    /// pkcs8ShroudedKeyBag.
    SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
    /// certBag.
    CERT_BAG = "1.2.840.113549.1.12.10.1.3";
    /// safeContentsBag.
    SAFE_CONTENTS_BAG = "1.2.840.113549.1.12.10.1.6";
    /// x509Certificate in a certBag.
    X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
    /// friendlyName.
    FRIENDLY_NAME = "1.2.840.113549.1.9.20";
    /// localKeyId.
    LOCAL_KEY_ID = "1.2.840.113549.1.9.21";

    // Hash functions.
    /// SHA-1.
    SHA1 = "1.3.14.3.2.26";
    /// SHA-256.
    SHA256 = "2.16.840.1.101.3.4.2.1";
    /// SHA-384.
    SHA384 = "2.16.840.1.101.3.4.2.2";
    /// SHA-512.
    SHA512 = "2.16.840.1.101.3.4.2.3";

    // Attributes of names, X.520.
    /// commonName.
    COMMON_NAME = "2.5.4.3";
    /// serialNumber of a subject.
    SERIAL_NUMBER = "2.5.4.5";
    /// countryName.
    COUNTRY = "2.5.4.6";
    /// localityName.
    LOCALITY = "2.5.4.7";
    /// stateOrProvinceName.
    STATE = "2.5.4.8";
    /// organizationName.
    ORGANISATION = "2.5.4.10";
    /// organizationalUnitName.
    ORGANISATIONAL_UNIT = "2.5.4.11";
    /// organizationIdentifier.
    ORGANISATION_IDENTIFIER = "2.5.4.97";
    /// emailAddress in a name, PKCS#9.
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

    // Certificate and CRL extensions, RFC 5280 section 4.2 and 5.2, RFC 6960.
    /// subjectKeyIdentifier.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// keyUsage.
    KEY_USAGE = "2.5.29.15";
    /// subjectAltName.
    SUBJECT_ALT_NAME = "2.5.29.17";
    /// basicConstraints.
    BASIC_CONSTRAINTS = "2.5.29.19";
    /// cRLNumber.
    CRL_NUMBER = "2.5.29.20";
    /// reasonCode of a CRL entry.
    CRL_REASON = "2.5.29.21";
    /// issuingDistributionPoint.
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    /// nameConstraints.
    NAME_CONSTRAINTS = "2.5.29.30";
    /// cRLDistributionPoints.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// certificatePolicies.
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// authorityKeyIdentifier.
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// extKeyUsage.
    EXTENDED_KEY_USAGE = "2.5.29.37";
    /// authorityInfoAccess.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// Access method OCSP; also the type of a basic OCSP response's access.
    ACCESS_OCSP = "1.3.6.1.5.5.7.48.1";
    /// Access method caIssuers.
    ACCESS_CA_ISSUERS = "1.3.6.1.5.5.7.48.2";
    /// id-pkix-ocsp-basic.
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    /// id-pkix-ocsp-nonce.
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";
    /// id-pkix-ocsp-nocheck.
    OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    /// Extended key usage: time stamping.
    EKU_TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    /// Extended key usage: OCSP signing.
    EKU_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    /// Extended key usage: document signing, RFC 9336.
    EKU_DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36";
    /// anyExtendedKeyUsage.
    EKU_ANY = "2.5.29.37.0";

    // Chinese identity extensions, GM/T 0015-2012.
    /// Personal identity code.
    IDENTIFY_CODE = "1.2.156.10260.4.1.1";
    /// Social insurance number.
    INSURANCE_NUMBER = "1.2.156.10260.4.1.2";
    /// Registration number of the business registry.
    IC_REGISTRATION_NUMBER = "1.2.156.10260.4.1.3";
    /// Organisation code; since 2015 the unified social credit code.
    ORGANISATION_CODE = "1.2.156.10260.4.1.4";
    /// Taxation number.
    TAXATION_NUMBER = "1.2.156.10260.4.1.5";
    /// Resident's identity number, GM/T 0015-2023.
    RESIDENT_ID_2023 = "1.2.156.10260.4.1.1.1";
    /// Passport number, GM/T 0015-2023.
    PASSPORT_2023 = "1.2.156.10260.4.1.1.2";
    /// Unified social credit code, GM/T 0015-2023 (the arc is reported differently by different readers).
    CREDIT_CODE_2023 = "1.2.156.10260.4.4";
    /// Personal identity number in RSA certificates of the CFCA type (vendor arc).
    VENDOR_RESIDENT_ID = "1.2.86.11.7.1";
    /// Registration number of the business registry in RSA certificates of the CFCA type.
    VENDOR_REGISTRATION = "1.2.86.11.7.3";
    /// Taxation number in RSA certificates of the CFCA type.
    VENDOR_TAXATION = "1.2.86.11.7.5";
    /// Unique identifier of BJCA: a letter code for its kind and the number.
    BJCA_UNIQUE = "1.2.156.112562.2.1.1.1";
    /// Further unique identifier of BJCA.
    BJCA_UNIQUE_23 = "1.2.156.112562.2.1.1.23";
    /// Further unique identifier of BJCA.
    BJCA_UNIQUE_24 = "1.2.156.112562.2.1.1.24";
    /// Unique identifier of BJCA in RSA certificates.
    BJCA_UNIQUE_RSA = "2.16.840.1.113732.2";
    /// Unique identifier of SHECA.
    SHECA_UNIQUE = "1.2.156.1.8888.148";
    /// Further unique identifier of SHECA.
    SHECA_UNIQUE_205 = "1.2.156.112570.11.205";
    /// Unique identifier of ZJCA.
    ZJCA_UNIQUE = "1.2.156.112573.14";
    /// Organisation code or unified social credit code in RSA certificates of the CFCA type (vendor arc).
    VENDOR_ORGANISATION_CODE = "1.2.86.11.7.4";

    // CMS, RFC 5652, RFC 5035, RFC 3161; PKCS#9.
    /// id-data.
    DATA = "1.2.840.113549.1.7.1";
    /// id-signedData.
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// id-envelopedData.
    ENVELOPED_DATA = "1.2.840.113549.1.7.3";
    /// id-encryptedData.
    ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
    /// extensionRequest of a PKCS#10 request.
    EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    /// contentType attribute.
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// messageDigest attribute.
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// signingTime attribute.
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// signingCertificate attribute (SHA-1), read only.
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    /// Commitment type of a signature, CAdES.
    COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16";
    /// Signature policy, CAdES.
    SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15";
    /// Commitment: proof of origin.
    COMMITMENT_ORIGIN = "1.2.840.113549.1.9.16.6.1";
    /// Commitment: proof of receipt.
    COMMITMENT_RECEIPT = "1.2.840.113549.1.9.16.6.2";
    /// Commitment: proof of approval.
    COMMITMENT_APPROVAL = "1.2.840.113549.1.9.16.6.5";
    /// Commitment: proof of creation.
    COMMITMENT_CREATION = "1.2.840.113549.1.9.16.6.6";
    /// signatureTimeStampToken unsigned attribute.
    SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14";
    /// signingCertificateV2 attribute.
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    /// id-ct-TSTInfo.
    TST_INFO = "1.2.840.113549.1.9.16.1.4";
    /// Revocation information of the form OCSP response, RFC 5940.
    REVOCATION_INFO_OCSP = "1.3.6.1.5.5.7.16.2";
}
