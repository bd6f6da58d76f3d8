// Writes the types of the registry's interface, as openapi-typescript makes them of the committed document.
import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const BLOB = ts.factory.createTypeReferenceNode("Blob");

const nodes = await openapiTS(new URL("../../../openapi/openapi.json", import.meta.url), {
  // Bytes are a string by default, which cannot hold them.
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
writeFileSync(new URL("registry.d.ts", import.meta.url), astToString(nodes));
