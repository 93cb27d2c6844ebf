#!/usr/bin/env python3
"""pyHanko's validation of one signature field at a PAdES level; nothing of the project is used, and nobody is asked over the network.

    check_lta.py FILE.pdf ROOTS.pem FIELD [LEVEL]      prints the verdict; exit 0 only if it passed

LEVEL is B-T (a trusted timestamp over the signature), B-LT (and revocation data in the file for everybody) or B-LTA (and a document timestamp;
the default).
"""
import argparse
import asyncio
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    CertValidationPolicySpec, PdfSignatureValidationSpec, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec,
    SignatureValidationSpec)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import SimpleTrustManager
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy

SM2_CURVE = bytes.fromhex('06082a811ccf5501822d')                            # pyHanko is only shown keys it knows

logging.disable(logging.CRITICAL)
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument('file')
parser.add_argument('roots')
parser.add_argument('field')
parser.add_argument('level', nargs='?', default='B-LTA', choices=['B-T', 'B-LT', 'B-LTA'])
given = parser.parse_args()
trust = [x509.Certificate.load(der) for _, _, der in pem.unarmor(open(given.roots, 'rb').read(), multiple=True)]
trust = [root for root in trust if SM2_CURVE not in root.dump()]
reader = PdfFileReader(open(given.file, 'rb'))
signature = next(s for s in reader.embedded_signatures if s.field_name == given.field)
if given.level != 'B-LTA':
    context = ValidationContext(trust_roots=trust, allow_fetching=False)
    if given.level == 'B-LT':
        # What the file's own store holds must do for everybody, the timestamp's authority included.
        if '/DSS' not in reader.root:
            sys.exit('no evidence store')
        store = DocumentSecurityStore.read_dss(reader)
        context = store.as_validation_context({'trust_roots': trust, 'allow_fetching': False, 'revocation_mode': 'require'})
    status = validate_pdf_signature(signature, context)
    stamp = status.timestamp_validity
    passed = status.bottom_line and stamp is not None and stamp.valid and stamp.trusted
    print('OK' if passed else status.pretty_print_details())
    sys.exit(0 if passed else 1)
if not reader.embedded_timestamp_signatures:
    sys.exit('no document timestamp')
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build(trust), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
spec = PdfSignatureValidationSpec(signature_validation_spec=SignatureValidationSpec(
    cert_validation_policy=policy, revinfo_gathering_policy=gathering))
result = asyncio.run(ades_lta_validation(signature, spec))
print(result.ades_subindic)
sys.exit(0 if str(result.ades_subindic) == 'AdESPassed.OK' else 1)
