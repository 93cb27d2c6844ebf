#!/usr/bin/env python3
"""pyHanko's long-term validation (PAdES-B-LTA) of one signature field; nothing of the project is used, and nobody is asked over the network.

    check_lta.py FILE.pdf ROOTS.pem FIELD      prints the verdict; exit 0 only if it passed
"""
import asyncio
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    CertValidationPolicySpec, PdfSignatureValidationSpec, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec,
    SignatureValidationSpec)
from pyhanko_certvalidator.context import SimpleTrustManager
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy

SM2_CURVE = bytes.fromhex('06082a811ccf5501822d')                            # pyHanko is only shown keys it knows

logging.disable(logging.CRITICAL)
path, roots, field = sys.argv[1:]
trust = [x509.Certificate.load(der) for _, _, der in pem.unarmor(open(roots, 'rb').read(), multiple=True)]
trust = [root for root in trust if SM2_CURVE not in root.dump()]
reader = PdfFileReader(open(path, 'rb'))
signature = next(s for s in reader.embedded_signatures if s.field_name == field)
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build(trust), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
spec = PdfSignatureValidationSpec(signature_validation_spec=SignatureValidationSpec(
    cert_validation_policy=policy, revinfo_gathering_policy=gathering))
result = asyncio.run(ades_lta_validation(signature, spec))
print(result.ades_subindic)
sys.exit(0 if str(result.ades_subindic) == 'AdESPassed.OK' else 1)
