# What a publisher sees who is refused.

# Makes NAME.osplugin from the sources in NAME.
build() { # NAME
  quietly os plugin build "$1" --out "$PWD/$1.osplugin"
}

# Makes NAME.osplugin and NAME.osplugin.sig from the sources in NAME.
build_and_sign() { # NAME PUBLISHER
  build "$1"
  quietly os plugin sign "$1.osplugin" --key "$2.key" --key-id "$2-2026"
}

export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN
cp -r "$samples/sandbox-vat" vat-check
build_and_sign vat-check acme

say 'Code for the process of the host, of a publisher that is not verified.'
cp -r vat-check in-process
sed -i 's/"runtime": "sandbox"/"runtime": "node"/' in-process/objectstack.plugin.json
build_and_sign in-process acme
show os plugin publish in-process.osplugin --visibility marketplace --submit

say 'Other bytes than those that were signed.'
cp -r vat-check tampered
sed -i 's/Validates VAT identifiers/Sends VAT identifiers home/' tampered/objectstack.plugin.json
build tampered
show os plugin publish tampered.osplugin --sig vat-check.osplugin.sig --visibility marketplace --submit

say 'A signature by an RSA key, which the client makes and calls ed25519.'
node -e 'console.log(require("crypto").generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }))' >rsa.key
show os plugin sign vat-check.osplugin --key rsa.key --key-id acme-2026 --out rsa.sig
show os plugin publish vat-check.osplugin --sig rsa.sig --visibility marketplace --submit

say 'A plugin that is not signed, or by a key that is not known here.'
cp vat-check.osplugin unsigned.osplugin
show os plugin publish unsigned.osplugin --visibility marketplace --submit
show os plugin sign vat-check.osplugin --key acme.key --key-id acme-2030 --out unknown.sig
show os plugin publish vat-check.osplugin --sig unknown.sig --visibility marketplace --submit

say 'A namespace that another publisher has.'
quietly os plugin publish vat-check.osplugin --visibility marketplace --submit
approve com.acme.vat-check@1.0.0
make_publisher bolt
export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN
cp -r vat-check taken
sed -i 's/com.acme.vat-check/com.bolt.taxes/' taken/objectstack.plugin.json
build_and_sign taken bolt
show os plugin publish taken.osplugin --visibility marketplace --submit

say 'An App without a readme.'
as acme-owner
export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN
cp -r "$samples/crm" crm
cd crm
rm objectstack.manifest.json
quietly os build
show os package publish --visibility marketplace --submit --icon-file icon.svg --category crm --description 'Customers and deals.'

say 'Another id than that in the artifact.'
show os package publish --manifest-id com.acme.deals

say 'An App with a script in it, which nobody signed.'
cp dist/objectstack.json plain.json
node -e 'const fs = require("fs"), stack = JSON.parse(fs.readFileSync("plain.json")); stack.hooks = [{ name: "greet", object: "crm_customer", events: ["beforeInsert"], body: { language: "js", source: "ctx.log(1)", capabilities: ["log"] } }]; fs.writeFileSync("scripted.json", JSON.stringify(stack))'
show os package publish scripted.json

say 'Flags that cannot be had, and nothing is published.'
show os package publish --visibility marketplace --auto-approve
show os package publish --visibility marketplace --submit --install --env production
show os package publish --pre-release
show "$plimsoll" info com.acme.crm

say 'Somebody else, and nobody.'
show os package publish --org bolt
show os package publish --token not-a-token
say 'Values that cannot be taken.'
show os package publish --icon-url http://acme.example/icon.png
cp README.md photo.png
show os package publish --icon-file photo.png
show os package publish --version 1.0
show os package publish --category 'Customers & deals'
cd ..

say 'Other bytes under the number of a version that is there.'
show os plugin publish tampered.osplugin --visibility marketplace --submit
