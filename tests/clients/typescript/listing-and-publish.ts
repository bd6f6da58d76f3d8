// One listing and one publish through the generated client.
// Usage: node listing-and-publish.js ARTIFACT SIGNATURE, with PLIMSOLL_REGISTRY and PLIMSOLL_TOKEN.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./registry.js";

function env(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

const [artifactFile, signatureFile] = process.argv.slice(2);
assert(artifactFile && signatureFile, "usage: listing-and-publish.js ARTIFACT SIGNATURE");
const artifact = readFileSync(artifactFile);
const signature = readFileSync(signatureFile, "utf8").trim();
const sha256 = createHash("sha256").update(artifact).digest("hex");

const baseUrl = env("PLIMSOLL_REGISTRY");
const anyone = createClient<paths>({ baseUrl });
const publisher = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${env("PLIMSOLL_TOKEN")}` } });

const apps = await anyone.GET("/v1/catalogs/{catalog}", { params: { path: { catalog: "apps" }, query: { limit: 10 } } });
assert.deepEqual(apps.data?.items, [], "a new registry has no apps");

const shut = await anyone.GET("/v1/catalogs/{catalog}", { params: { path: { catalog: "contributions" } } });
assert.equal(shut.error?.code, "credentials-missing", "contributions are not for anyone");

const uploaded = await publisher.PUT("/v1/artifacts/{sha256}", {
  params: { path: { sha256 } },
  body: new Blob([artifact]),
  bodySerializer: (body) => body,
  headers: { "content-type": "application/octet-stream" },
});
assert.equal(uploaded.data?.size, artifact.length, JSON.stringify(uploaded.error));

const identity = { package: "com.acme.vat-check", version: "1.0.0" };
const published = await publisher.POST("/v1/packages/{package}/versions", {
  params: { path: { package: identity.package } },
  body: { publisher: "acme", sha256, signature, visibility: "marketplace", submit: true, notes: "From a generated client." },
});
assert.equal(published.response.status, 201, JSON.stringify(published.error));
assert.equal(published.data?.state, "pending_review");
assert.equal(published.data?.tier, "sandbox");

const read = await publisher.GET("/v1/packages/{package}/versions/{version}", { params: { path: identity } });
assert.equal(read.data?.sha256, sha256);
const held = (read.data.report?.checks ?? []).filter((check) => check.outcome === "hold").map((check) => check.code);
assert(held.includes("review-required"), JSON.stringify(held));

const contributions = await publisher.GET("/v1/catalogs/{catalog}", {
  params: { path: { catalog: "contributions" }, query: { type: "plugin" } },
});
assert.deepEqual(contributions.data?.items, [], "a held version is in no catalog");

console.log(`typescript: listed, and published ${identity.package} ${identity.version}, held by ${held.join(", ")}`);
