// Makes PKI objects, messages and seals with BouncyCastle for our readers; nothing of the project is used. Keys are made anew each time.
//
//   CP as in SmOracle.java
//   java -cp $CP SmMaker.java pki  SM2|P-256 QUERY.tsq DIR   root, ca, leaf, gone, tsa, ocsp .cer; leaf.p8, leaf-password.p8, leaf.p12
//                                                            (password "password"); request.csr; list.crl and status.ocsp (gone is revoked, leaf
//                                                            is good); stamp.tsr (answers the query); signed.der (detached), attached.der
//   java -cp $CP SmMaker.java gm   CONTENT RECIPIENT.cer DIR plain.der (GM/T 0010 SignedData without attributes) with plain.cer, envelope.der
//   java -cp $CP SmMaker.java envelope CONTENT RECIPIENT.cer OUT   EnvelopedData to RSA with AES-256
//   java -cp $CP SmMaker.java seal 4|5 DATA DIR              seal.esl (4 GB/T 38540-2020, 5 GM/T 0031-2025), signature.ses over DATA,
//                                                            root.cer, ca.cer
// Messages and seals of the GM kind are put together value by value with BouncyCastle's DER writer, SM2 and SM4.

import java.math.BigInteger;
import java.nio.file.*;
import java.security.*;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.*;
import org.bouncycastle.asn1.*;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.*;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.*;
import org.bouncycastle.cert.jcajce.*;
import org.bouncycastle.cert.ocsp.*;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.engines.*;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.*;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.*;
import org.bouncycastle.operator.jcajce.*;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.*;
import org.bouncycastle.tsp.*;

public class SmMaker {
    static final long DAY = 86_400_000L;
    static final Date BEFORE = new Date(System.currentTimeMillis() - 100 * DAY), NOW = new Date(System.currentTimeMillis() / 1000 * 1000);
    static final Date AFTER = new Date(System.currentTimeMillis() + 1000 * DAY);
    static final ASN1ObjectIdentifier SM2_SM3 = GMObjectIdentifiers.sm2sign_with_sm3;
    static String algorithm = "SM3withSM2", curve = "sm2p256v1";
    static Path folder;
    static int serial = 100;

    record Identity(KeyPair keys, X509CertificateHolder certificate) {
        ContentSigner signer() throws Exception { return SmMaker.signer(keys.getPrivate()); }
        X509Certificate jca() throws Exception { return new JcaX509CertificateConverter().setProvider("BC").getCertificate(certificate); }
    }

    static ContentSigner signer(PrivateKey key) throws Exception {
        return new JcaContentSignerBuilder(algorithm).setProvider("BC").build(key);
    }

    static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
        generator.initialize(new ECGenParameterSpec(curve), new SecureRandom());
        return generator.generateKeyPair();
    }

    static void write(String name, byte[] bytes) throws Exception { Files.write(folder.resolve(name), bytes); }

    static Identity certify(String name, Identity issuer, boolean ca, KeyPurposeId purpose) throws Exception {
        KeyPair keys = keys();
        X500Name subject = new X500Name("C=CN,O=示例机构,CN=" + name);
        X500Name above = issuer == null ? subject : issuer.certificate.getSubject();
        JcaX509v3CertificateBuilder b = new JcaX509v3CertificateBuilder(above, BigInteger.valueOf(serial++), BEFORE, AFTER, subject, keys.getPublic());
        JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
        b.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        b.addExtension(Extension.keyUsage, true, new KeyUsage(ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
        b.addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(keys.getPublic()));
        PublicKey issuing = issuer == null ? keys.getPublic() : issuer.keys.getPublic();
        b.addExtension(Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuing));
        if (purpose != null) b.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose));
        return new Identity(keys, b.build(signer(issuer == null ? keys.getPrivate() : issuer.keys.getPrivate())));
    }

    static byte[] signed(Identity leaf, Identity ca, boolean attached) throws Exception {
        CMSSignedDataGenerator g = new CMSSignedDataGenerator();
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().setProvider("BC").build();
        g.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(digests).build(leaf.signer(), leaf.certificate));
        g.addCertificates(new JcaCertStore(List.of(leaf.jca(), ca.jca())));
        return g.generate(new CMSProcessableByteArray("内容 content".getBytes("UTF-8")), attached).getEncoded(ASN1Encoding.DER);
    }

    static void pki(byte[] query) throws Exception {
        Identity root = certify("示例根", null, true, null), ca = certify("示例CA", root, true, null);
        Identity leaf = certify("示例人", ca, false, null), tsa = certify("示例时间戳", ca, false, KeyPurposeId.id_kp_timeStamping);
        Identity ocsp = certify("示例OCSP", ca, false, KeyPurposeId.id_kp_OCSPSigning);
        Identity gone = certify("示例前任", ca, false, null);
        Map<String, Identity> all = Map.of("root", root, "ca", ca, "leaf", leaf, "gone", gone, "tsa", tsa, "ocsp", ocsp);
        for (var one : all.entrySet()) write(one.getKey() + ".cer", one.getValue().certificate.getEncoded());

        PrivateKey key = leaf.keys.getPrivate();
        write("leaf.p8", key.getEncoded());
        OutputEncryptor encryptor = new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC).setProvider("BC")
            .setPRF(PKCS8Generator.PRF_HMACSHA256).setPassword("password".toCharArray()).build();
        write("leaf-password.p8", new JcaPKCS8EncryptedPrivateKeyInfoBuilder(key).build(encryptor).getEncoded());
        KeyStore store = KeyStore.getInstance("PKCS12", "BC");
        store.load(null, null);
        store.setKeyEntry("theirs", key, null, new java.security.cert.Certificate[] { leaf.jca(), ca.jca(), root.jca() });
        try (var out = Files.newOutputStream(folder.resolve("leaf.p12"))) { store.store(out, "password".toCharArray()); }

        write("request.csr", new JcaPKCS10CertificationRequestBuilder(new X500Name("C=CN,CN=示例人"), leaf.keys.getPublic()).build(leaf.signer()).getEncoded());

        X509v2CRLBuilder list = new X509v2CRLBuilder(ca.certificate.getSubject(), NOW);
        list.setNextUpdate(AFTER);
        list.addCRLEntry(gone.certificate.getSerialNumber(), BEFORE, CRLReason.superseded);
        list.addExtension(Extension.authorityKeyIdentifier, false, new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(ca.keys.getPublic()));
        list.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.TEN));
        write("list.crl", list.build(ca.signer()).getEncoded());

        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().setProvider("BC").build();
        DigestCalculator sha1 = digests.get(new AlgorithmIdentifier(org.bouncycastle.asn1.oiw.OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE));
        BasicOCSPRespBuilder status = new BasicOCSPRespBuilder(new RespID(ocsp.certificate.getSubject()));
        status.addResponse(new CertificateID(sha1, ca.certificate, leaf.certificate.getSerialNumber()), CertificateStatus.GOOD, NOW, AFTER);
        status.addResponse(new CertificateID(sha1, ca.certificate, gone.certificate.getSerialNumber()), new RevokedStatus(BEFORE, CRLReason.superseded), NOW, AFTER);
        BasicOCSPResp answer = status.build(ocsp.signer(), new X509CertificateHolder[] { ocsp.certificate }, NOW);
        write("status.ocsp", new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, answer).getEncoded());

        SignerInfoGenerator signing = new JcaSignerInfoGeneratorBuilder(digests).build(tsa.signer(), tsa.certificate);
        DigestCalculator sha256 = digests.get(new AlgorithmIdentifier(org.bouncycastle.asn1.nist.NISTObjectIdentifiers.id_sha256));
        TimeStampTokenGenerator stamps = new TimeStampTokenGenerator(signing, sha256, new ASN1ObjectIdentifier("1.2.3.4"));
        stamps.addCertificates(new JcaCertStore(List.of(tsa.jca(), ca.jca())));
        Set<String> allowed = Set.of(TSPAlgorithms.SHA256.getId(), TSPAlgorithms.SM3.getId());
        write("stamp.tsr", new TimeStampResponseGenerator(stamps, allowed).generate(new TimeStampRequest(query), BigInteger.ONE, NOW).getEncoded());

        write("signed.der", signed(leaf, ca, false));
        write("attached.der", signed(leaf, ca, true));
    }

    static byte[] sm2(Identity who, byte[] message) throws Exception {
        Signature s = Signature.getInstance("SM3withSM2", "BC");
        s.initSign(who.keys.getPrivate());
        s.update(message);
        return s.sign();
    }

    static byte[] der(ASN1Encodable value) throws Exception { return value.toASN1Primitive().getEncoded(ASN1Encoding.DER); }
    static DERSequence sequence(ASN1Encodable... values) { return new DERSequence(values); }
    static ASN1ObjectIdentifier gm(String last) { return new ASN1ObjectIdentifier("1.2.156.10197." + last); }

    // GM/T 0010: the content types under 6.1.4.2, SM3, SM2 over the content itself, SM4-CBC.
    static void gm(byte[] content, X509CertificateHolder recipient) throws Exception {
        Identity who = certify("示例人", null, false, null);
        AlgorithmIdentifier sm3 = new AlgorithmIdentifier(gm("1.401"));
        ASN1Encodable info = sequence(new ASN1Integer(1), sequence(who.certificate.getIssuer(), new ASN1Integer(who.certificate.getSerialNumber())), sm3,
            new AlgorithmIdentifier(gm("1.301.1")), new DEROctetString(sm2(who, content)));
        ASN1Encodable data = sequence(gm("6.1.4.2.1"), new DERTaggedObject(true, 0, new DEROctetString(content)));
        ASN1Encodable certificates = new DERTaggedObject(false, 0, new DERSet(who.certificate.toASN1Structure()));
        write("plain.der", der(sequence(gm("6.1.4.2.2"), new DERTaggedObject(true, 0,
            sequence(new ASN1Integer(1), new DERSet(sm3), data, certificates, new DERSet(info))))));
        write("plain.cer", who.certificate.getEncoded());

        byte[] key = new byte[16], iv = new byte[16];
        new SecureRandom().nextBytes(key);
        new SecureRandom().nextBytes(iv);
        PaddedBufferedBlockCipher sm4 = new PaddedBufferedBlockCipher(new CBCBlockCipher(new SM4Engine()));
        sm4.init(true, new ParametersWithIV(new KeyParameter(key), iv));
        byte[] encrypted = new byte[sm4.getOutputSize(content.length)];
        sm4.doFinal(encrypted, sm4.processBytes(content, 0, content.length, encrypted, 0));
        SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
        engine.init(true, new ParametersWithRandom(PublicKeyFactory.createKey(recipient.getSubjectPublicKeyInfo()), new SecureRandom()));
        byte[] wrapped = engine.processBlock(key, 0, key.length);
        // SM2Cipher of GM/T 0009: x, y, hash, ciphertext; BouncyCastle gives 04 x y hash ciphertext.
        ASN1Encodable cipher = sequence(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(wrapped, 1, 33))),
            new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(wrapped, 33, 65))), new DEROctetString(Arrays.copyOfRange(wrapped, 65, 97)),
            new DEROctetString(Arrays.copyOfRange(wrapped, 97, wrapped.length)));
        ASN1Encodable to = sequence(new ASN1Integer(1), sequence(recipient.getIssuer(), new ASN1Integer(recipient.getSerialNumber())),
            new AlgorithmIdentifier(gm("1.301.3")), new DEROctetString(der(cipher)));
        ASN1Encodable inner = sequence(gm("6.1.4.2.1"), new AlgorithmIdentifier(gm("1.104.2"), new DEROctetString(iv)),
            new DERTaggedObject(false, 0, new DEROctetString(encrypted)));
        write("envelope.der", der(sequence(gm("6.1.4.2.3"), new DERTaggedObject(true, 0, sequence(new ASN1Integer(1), new DERSet(to), inner)))));
    }

    static byte[] envelope(byte[] content, X509CertificateHolder recipient) throws Exception {
        CMSEnvelopedDataGenerator g = new CMSEnvelopedDataGenerator();
        g.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(new JcaX509CertificateConverter().setProvider("BC").getCertificate(recipient)).setProvider("BC"));
        return g.generate(new CMSProcessableByteArray(content), new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).setProvider("BC").build()).getEncoded();
    }

    // GB/T 38540 (standards 4.2): the maker signs the information of the seal, the signer TBS_Sign.
    static void seal(int version, byte[] data) throws Exception {
        Identity root = certify("示例根", null, true, null), ca = certify("示例CA", root, true, null);
        Identity maker = certify("示例制章单位", ca, false, null), signer = certify("示例单位", ca, false, null);
        ASN1Encodable header = sequence(new DERIA5String("ES"), new ASN1Integer(version), new DERIA5String("BOUNCY"));
        ASN1Encodable property = sequence(new ASN1Integer(1), new DERUTF8String("示例单位公章"), new ASN1Integer(1),
            sequence(new DEROctetString(signer.certificate.getEncoded())), new DERGeneralizedTime(BEFORE), new DERGeneralizedTime(BEFORE),
            new DERGeneralizedTime(AFTER));
        ASN1Encodable picture = sequence(new DERIA5String("PNG"), new DEROctetString(new byte[] { (byte) 0x89, 'P', 'N', 'G' }), new ASN1Integer(40), new ASN1Integer(40));
        ASN1Encodable info = sequence(header, new DERIA5String("BC-0001"), property, picture);
        ASN1Encodable seal = sequence(info, new DEROctetString(maker.certificate.getEncoded()), SM2_SM3, new DERBitString(sm2(maker, der(info))));
        write("seal.esl", der(seal));
        SM3Digest digest = new SM3Digest();
        byte[] hash = new byte[32];
        digest.update(data, 0, data.length);
        digest.doFinal(hash, 0);
        ASN1Encodable tbs = sequence(new ASN1Integer(version), seal, new DERGeneralizedTime(NOW), new DERBitString(hash), new DERIA5String("/data"));
        write("signature.ses", der(sequence(tbs, new DEROctetString(signer.certificate.getEncoded()), SM2_SM3, new DERBitString(sm2(signer, der(tbs))))));
        write("root.cer", root.certificate.getEncoded());
        write("ca.cer", ca.certificate.getEncoded());
    }

    public static void main(String[] a) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        if (a.length < 3) { System.err.println("usage: see the head of SmMaker.java"); System.exit(2); }
        folder = Paths.get(a[a.length - 1]);
        switch (a[0]) {
            case "pki" -> {
                if (a[1].equals("P-256")) { algorithm = "SHA256withECDSA"; curve = "secp256r1"; }
                pki(Files.readAllBytes(Paths.get(a[2])));
            }
            case "gm" -> gm(Files.readAllBytes(Paths.get(a[1])), new X509CertificateHolder(Files.readAllBytes(Paths.get(a[2]))));
            case "envelope" -> Files.write(folder, envelope(Files.readAllBytes(Paths.get(a[1])), new X509CertificateHolder(Files.readAllBytes(Paths.get(a[2])))));
            case "seal" -> seal(Integer.parseInt(a[1]), Files.readAllBytes(Paths.get(a[2])));
            default -> { System.err.println("unknown object " + a[0]); System.exit(2); }
        }
    }
}
