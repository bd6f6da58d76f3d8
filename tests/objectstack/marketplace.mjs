// Prints what a marketplace answers: the status, the headers that caches go by, and which Apps and versions are in it.
//
//   node marketplace.mjs URL [HEADER VALUE]
const [url, name, value] = process.argv.slice(2);
const answer = await fetch(url, { headers: name ? { [name]: value } : {} });
const { data, error } = await answer.json();
const versions = (list) => list.map(({ version, status }) => `${version} (${status})`).join(', ');
console.log(answer.status, error?.code ?? '');
for (const header of ['x-cache', 'cache-control']) {
  if (answer.headers.has(header)) console.log(`  ${header}: ${answer.headers.get(header)}`);
}
if (error) console.log(`  ${error.message}`);
if (data?.items) console.log(`  Apps: ${data.items.map((app) => `${app.manifest_id} ${app.latest_version.version}`).join(', ') || 'none'}`);
if (data?.package) console.log(`  ${data.package.display_name}: ${versions(data.versions)}`);
if (data?.manifest) console.log(`  the manifest of ${data.version}`);
