//! SM2/SM3/SM4 and ECDSA/RSA signing, X.509, CRL, OCSP, CMS and timestamps.
