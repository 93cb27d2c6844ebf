"""Signs a PDF with pyHanko in the ways that other products do: foreign.py BASE.pdf DIRECTORY (which holds NAME.key and NAME.crt in PEM, and the
root's list.crl in DER)."""
import sys
from pathlib import Path
from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator import ValidationContext

base, directory = Path(sys.argv[1]), Path(sys.argv[2])


def signer(name):
    return signers.SimpleSigner.load(str(directory / f'{name}.key'), str(directory / f'{name}.crt'))


def stamper():
    key = keys.PrivateKeyInfo.load(pem.unarmor((directory / 'tsa.key').read_bytes())[2])
    certificate = x509.Certificate.load(pem.unarmor((directory / 'tsa.crt').read_bytes())[2])
    return timestamps.DummyTimeStamper(certificate, key)


def sign(source, target, name, field, box=None, subfilter=None, stamped=False, change=None):
    with open(directory / source if source else base, 'rb') as file:
        writer = IncrementalPdfFileWriter(file)
        if change:
            change(writer)
        spec = SigFieldSpec(field, box=box, on_page=0)
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=subfilter, md_algorithm='sha256')
        out = signers.PdfSigner(meta, signer(name), timestamper=stamper() if stamped else None, new_field_spec=spec).sign_pdf(writer)
    (directory / target).write_bytes(out.getbuffer())


def keep(target, archived):
    """PAdES B-LT, or B-LTA: with the revocation data of everybody, and a document timestamp over it."""
    root = x509.Certificate.load(pem.unarmor((directory / 'root.crt').read_bytes())[2])
    context = ValidationContext(trust_roots=[root], crls=[(directory / 'list.crl').read_bytes()], allow_fetching=False, revocation_mode='require')
    with open(base, 'rb') as file:
        meta = signers.PdfSignatureMetadata(field_name='One', subfilter=PADES, md_algorithm='sha256', embed_validation_info=True,
                                            use_pades_lta=archived, validation_context=context)
        writer = IncrementalPdfFileWriter(file)
        out = signers.PdfSigner(meta, signer('rsa'), timestamper=stamper(), new_field_spec=SigFieldSpec('One')).sign_pdf(writer)
    (directory / target).write_bytes(out.getbuffer())


def update(source, target, change):
    with open(directory / source, 'rb') as file:
        writer = IncrementalPdfFileWriter(file)
        change(writer)
        with open(directory / target, 'wb') as out:
            writer.write(out)


def cover(writer):
    """Draws over the first page: what a shadow attack comes to."""
    page = writer.root['/Pages']['/Kids'][0].get_object()
    content = writer.add_object(generic.StreamObject(stream_data=b'BT /F1 30 Tf 72 400 Td (Something else) Tj ET'))
    page[pdf_name('/Contents')] = content
    writer.update_container(page)


def note(writer):
    page = writer.root['/Pages']['/Kids'][0].get_object()
    text = generic.DictionaryObject({
        pdf_name('/Type'): pdf_name('/Annot'), pdf_name('/Subtype'): pdf_name('/FreeText'),
        pdf_name('/Rect'): generic.ArrayObject(map(generic.NumberObject, (10, 10, 200, 60))), pdf_name('/Contents'): generic.pdf_string('more')})
    page[pdf_name('/Annots')] = generic.ArrayObject(list(page.get('/Annots', ())) + [writer.add_object(text)])
    writer.update_container(page)


PADES = SigSeedSubFilter.PADES
sign(None, 'rsa.pdf', 'rsa', 'One')
sign(None, 'pss-pades.pdf', 'rsa', 'One', subfilter=PADES, stamped=True)
sign(None, 'ecdsa.pdf', 'ecdsa', 'One', box=(50, 50, 250, 120), subfilter=PADES)
keep('b-lt.pdf', False)
keep('b-lta.pdf', True)
sign('ecdsa.pdf', 'twice.pdf', 'rsa', 'Two', box=(300, 50, 500, 120), subfilter=PADES, stamped=True)
sign('twice.pdf', 'thrice.pdf', 'ecdsa', 'Three')
update('twice.pdf', 'bad-covered.pdf', cover)
update('rsa.pdf', 'bad-note.pdf', note)
sign('ecdsa.pdf', 'bad-covered-and-signed.pdf', 'rsa', 'Two', change=cover)
data = bytearray((directory / 'thrice.pdf').read_bytes())
data[data.find(b'Sample page')] ^= 32
(directory / 'bad-byte.pdf').write_bytes(data)
(directory / 'bad-cut.pdf').write_bytes((directory / 'thrice.pdf').read_bytes() + b'\n%more')
