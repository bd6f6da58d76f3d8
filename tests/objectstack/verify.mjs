// Holds a version against the verifier of ObjectStack's own runtime: as it is, and with one thing changed at a time.
//
//   node verify.mjs ID VERSION ARTIFACT      with PLIMSOLL_REGISTRY and PLIMSOLL_TOKEN
//
// Nothing here computes a signature or a payload: what is signed is what `@objectstack/core` says.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { verifyPluginArtifact } from "@objectstack/core";

const [id, number, file] = process.argv.slice(2);
const registry = process.env.PLIMSOLL_REGISTRY;

const read = async (path) => {
  const answer = await fetch(registry + path, { headers: { authorization: `Bearer ${process.env.PLIMSOLL_TOKEN}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

const { counterSignature } = await read(`/v1/packages/${id}/versions/${number}/evidence`);
if (!counterSignature) {
  console.log("there is no counter-signature");
  process.exit();
}
const { signature, blobKey, platformSignature } = counterSignature;
const { publisher } = await read(`/v1/packages/${id}`);
const { items: keys } = await read(`/v1/publishers/${publisher}/keys`);
const [{ publicKey: platformPublicKey }] = (await read("/.well-known/plimsoll.json")).keys;
const getPublisherPublicKey = (keyId) => keys.find((key) => key.keyId === keyId)?.publicKey ?? null;

const artifact = readFileSync(file);
const digest = createHash("sha256").update(artifact).digest("hex");
console.log(`blob_key contains the digest: ${blobKey.includes(digest)}`);

const version = { package_id: id, version: number, blob_key: blobKey, signature, platform_signature: platformSignature };
const verdict = async (what, bytes, change) => {
  const found = await verifyPluginArtifact(
    { artifact: bytes, version: { ...version, ...change } },
    { platformPublicKey, getPublisherPublicKey },
  );
  const { ok, publisherVerified, platformVerified, reason } = found;
  console.log(`${what}: ok ${ok}, publisher ${publisherVerified}, platform ${platformVerified}${reason ? ` (${reason})` : ""}`);
};

const changed = Buffer.from(artifact);
changed[changed.length - 1] ^= 1;
await verdict("as it is", artifact, {});
await verdict("other bytes", changed, {});
await verdict("another package", artifact, { package_id: `${id}-2` });
await verdict("another version", artifact, { version: "9.9.9" });
await verdict("another place of the bytes", artifact, { blob_key: blobKey.replace(digest, "0".repeat(64)) });
await verdict("without the publisher's signature", artifact, { signature: null });
await verdict("other bytes, without the publisher's signature", changed, { signature: null });
await verdict("without the counter-signature", artifact, { platform_signature: null });
