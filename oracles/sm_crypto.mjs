// SM2, SM3 and SM4 by sm-crypto, an implementation in JavaScript that shares no code with ours; it is what web pages in China sign with.
//
//   npm ci (in this folder)
//   node sm_crypto.mjs sm3         MESSAGE                          prints the digest
//   node sm_crypto.mjs sm4         MODE KEY IV IN OUT               MODE ecb or cbc, hexadecimal KEY and IV; PKCS#7 padding
//   node sm_crypto.mjs sm2-sign    raw|der KEY.p8 MESSAGE OUT
//   node sm_crypto.mjs sm2-verify  raw|der PUBLIC.der MESSAGE SIGNATURE
//   node sm_crypto.mjs sm2-encrypt C1C3C2|C1C2C3 PUBLIC.der MESSAGE OUT    without the leading 04, as this library writes it
//   node sm_crypto.mjs sm2-decrypt C1C3C2|C1C2C3 KEY.p8 IN OUT
// Exit status 0 only if it held. `hash` and the user id are given each time, because their defaults differ between versions.

import { readFileSync, writeFileSync } from "node:fs";
import crypto from "sm-crypto";

const { sm2, sm3, sm4 } = crypto;
const [object, ...given] = process.argv.slice(2);
const read = (file) => readFileSync(file);
const hexadecimal = (file) => read(file).toString("hex");
const write = (file, hex) => writeFileSync(file, Buffer.from(hex, "hex"));
const how = (form) => ({ hash: true, der: form === "der", userId: "1234567812345678" });
const order = (name) => (name === "C1C2C3" ? 0 : 1);

// The secret of a PKCS#8 file stands behind version 1 and the head of a string of 32 bytes; the point of a public key at its end.
function secret(file) {
  const der = read(file);
  const head = Buffer.from("0201010420", "hex");
  const at = der.indexOf(head) + head.length;
  return der.subarray(at, at + 32).toString("hex");
}

const point = (file) => read(file).subarray(-65).toString("hex");

function run() {
  switch (object) {
    case "sm3": {
      console.log(sm3([...read(given[0])]));
      return true;
    }
    case "sm4": {
      const [mode, key, iv, input, out] = given;
      write(out, sm4.encrypt([...read(input)], key, { mode, iv }));
      return true;
    }
    case "sm2-sign": {
      const [form, key, message, out] = given;
      write(out, sm2.doSignature([...read(message)], secret(key), how(form)));
      return true;
    }
    case "sm2-verify": {
      const [form, key, message, signature] = given;
      return sm2.doVerifySignature([...read(message)], hexadecimal(signature), point(key), how(form));
    }
    case "sm2-encrypt": {
      const [name, key, message, out] = given;
      write(out, sm2.doEncrypt([...read(message)], point(key), order(name)));
      return true;
    }
    case "sm2-decrypt": {
      const [name, key, input, out] = given;
      const message = sm2.doDecrypt(hexadecimal(input), secret(key), order(name), { output: "array" });
      writeFileSync(out, Buffer.from(message));
      // The library gives nothing where the digest does not fit.
      return message.length > 0;
    }
    default:
      console.error("usage: see the head of sm_crypto.mjs");
      process.exit(2);
  }
}

process.exit(run() ? 0 : 1);
