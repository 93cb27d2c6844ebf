"""pyHanko's long-term validation of one signature field: check_lta.py FILE.pdf ROOTS.pem FIELD; prints the verdict."""
import asyncio
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    CertValidationPolicySpec, PdfSignatureValidationSpec, SignatureValidationSpec)
from pyhanko_certvalidator.context import SimpleTrustManager
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy

logging.disable(logging.CRITICAL)
path, roots, field = sys.argv[1:]
trust = [x509.Certificate.load(der) for _, _, der in pem.unarmor(open(roots, 'rb').read(), multiple=True)]
reader = PdfFileReader(open(path, 'rb'))
signature = next(s for s in reader.embedded_signatures if s.field_name == field)
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build(trust), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
spec = PdfSignatureValidationSpec(signature_validation_spec=SignatureValidationSpec(cert_validation_policy=policy))
result = asyncio.run(ades_lta_validation(signature, spec))
print(result.ades_subindic)
