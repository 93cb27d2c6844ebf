"""Makes with pyHanko files as they come from elsewhere: bases.py BASE.pdf OUT.pdf KEYS KIND, where KEYS holds rsa.key and rsa.crt in PEM and KIND is
signed, certified-N, locked (the field's lock), locked-fields (FieldMDP) or certified-N-then-signed (an approval signature of theirs after it)."""
import io
import sys
from pathlib import Path
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec

base, out, keys, kind = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
signer = signers.SimpleSigner.load(str(keys / 'rsa.key'), str(keys / 'rsa.crt'))


def sign(data, name, **meta):
    spec = meta.pop('spec', None) or SigFieldSpec(name, box=(60, 60, 200, 110), on_page=0)
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    meta = signers.PdfSignatureMetadata(field_name=name, md_algorithm='sha256', **meta)
    return signers.PdfSigner(meta, signer, new_field_spec=spec).sign_pdf(writer).getvalue()


data = base.read_bytes()
if kind == 'signed':
    data = sign(data, 'Elsewhere')
elif kind.startswith('certified'):
    permissions = [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE][int(kind.split('-')[1]) - 1]
    data = sign(data, 'Author', certify=True, docmdp_permissions=permissions)
elif kind == 'locked':
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    data = sign(data, 'Last', spec=SigFieldSpec('Last', box=(60, 60, 200, 110), field_mdp_spec=lock, doc_mdp_update_value=MDPPerm.NO_CHANGES))
elif kind == 'locked-fields':
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    data = sign(data, 'Middle', spec=SigFieldSpec('Middle', box=(60, 60, 200, 110), field_mdp_spec=lock))
else:
    sys.exit(f'no such kind: {kind}')
out.write_bytes(data)
