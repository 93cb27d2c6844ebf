#!/usr/bin/env python3
"""pyHanko as a peer of `cargo xtask bench`: signs and verifies the same PDF in memory, prints rows as the bench does.

    peer_pyhanko.py FILE.pdf FOLDER [--rounds N]

P-256 and RSA, without a picture (L1) and with a drawn stamp of Chinese text (L2). Then a file with five signatures of P-256, verified by pyHanko
and by poppler's pdfsig (L3). Processor time, the key read beforehand.
FOLDER gets what other peers need: five.pdf and root.pem, and p256.p12 and rsa.p12 with the password "peer".
"""
import argparse, datetime, io, json, logging, os, resource, shutil, subprocess, time
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from asn1crypto import keys, x509 as asn1_x509

logging.disable(logging.CRITICAL)


def signer_of(key, store):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "示例甲 TEST")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=9))
    builder = builder.add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
    issued = builder.sign(key, hashes.SHA256())
    der = issued.public_bytes(serialization.Encoding.DER)
    with open(store, 'wb') as file:
        protection = serialization.BestAvailableEncryption(b'peer')
        file.write(pkcs12.serialize_key_and_certificates(b'peer', key, issued, None, protection))
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
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with open(given.file, "rb") as file:
        pdf = file.read()
    for name, key in [("P-256", ec.generate_private_key(ec.SECP256R1())), ("RSA", rsa.generate_private_key(65537, 2048))]:
        signer = signer_of(key, os.path.join(given.folder, name.replace('-', '').lower() + '.p12'))

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
            row(level, f"pyHanko, {what}, {name}", cpu, f"{wall:.1f} ms wall (median)")
        if name == "P-256":
            verifying(pdf, signer, given)


def row(level, work, cpu, note):
    print(json.dumps({"level": level, "work": f"peer: {work}", "measured": cpu, "unit": "ms CPU", "sense": "tell", "target": None, "note": note},
                     ensure_ascii=False), flush=True)


def verifying(pdf, signer, given):
    for index in range(5):
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        meta = signers.PdfSignatureMetadata(field_name=f"Signature{index + 1}", subfilter=fields.SigSeedSubFilter.PADES)
        pdf = signers.sign_pdf(writer, meta, signer=signer).getvalue()
    path = os.path.join(given.folder, "five.pdf")
    with open(path, "wb") as file:
        file.write(pdf)
    root = signer.signing_cert
    with open(os.path.join(given.folder, "root.pem"), "wb") as file:
        file.write(x509.load_der_x509_certificate(root.dump()).public_bytes(serialization.Encoding.PEM))

    def verify():
        reader = PdfFileReader(io.BytesIO(pdf))
        for signature in reader.embedded_signatures:
            status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
            assert status.bottom_line, status.pretty_print_details()

    cpu, wall = measure(max(3, given.rounds // 5), verify)
    row("L3", "pyHanko, verify the same file", cpu, f"{wall:.1f} ms wall (median)")
    if shutil.which("pdfsig") is None:
        return
    rounds = max(3, given.rounds // 5)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(rounds):
        said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=True, text=True).stdout
        assert said.count("Signature is Valid") == 5, said
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / rounds * 1e3
    row("L3", "pdfsig (poppler), verify the same file", cpu, "a process each time; neither chains nor later changes are judged")


main()
