#!/usr/bin/env python3
"""pyHanko as a peer of `cargo xtask bench`: signs the same PDF in memory, prints rows as the bench does.

    peer_pyhanko.py FILE.pdf [--rounds N]

P-256 and RSA, without a picture (L1) and with a drawn stamp of Chinese text (L2). Processor time, the key read beforehand.
"""
import argparse, datetime, io, json, logging, time
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from asn1crypto import keys, x509 as asn1_x509

logging.disable(logging.CRITICAL)


def signer_of(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "示例甲 TEST")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=9))
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = asn1_x509.Certificate.load(der)
    return signers.SimpleSigner(signing_cert=certificate, signing_key=keys.PrivateKeyInfo.load(private), cert_registry=SimpleCertificateStore())


def measure(rounds, work):
    work()
    walls, before = [], time.process_time()
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        walls.append(time.perf_counter() - begun)
    return (time.process_time() - before) / rounds * 1e3, sorted(walls)[rounds // 2] * 1e3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with open(given.file, "rb") as file:
        pdf = file.read()
    for name, key in [("P-256", ec.generate_private_key(ec.SECP256R1())), ("RSA", rsa.generate_private_key(65537, 2048))]:
        signer = signer_of(key)

        def plain():
            writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
            signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="Signature1"), signer=signer)

        def stamped():
            writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
            field = fields.SigFieldSpec("Signature1", on_page=0, box=(100, 100, 220, 220))
            signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="Signature1", name="示例园林绿化工程有限公司"), signer=signer,
                             new_field_spec=field)

        for level, work in [("L1", plain), ("L2", stamped)]:
            cpu, wall = measure(given.rounds, work)
            what = "20 pages, 30 KB" if level == "L1" else "the same with a text stamp"
            print(json.dumps({"level": level, "work": f"peer: pyHanko, {what}, {name}", "measured": cpu, "unit": "ms CPU",
                              "sense": "tell", "target": None, "note": f"{wall:.1f} ms wall (median)"}, ensure_ascii=False))


main()
