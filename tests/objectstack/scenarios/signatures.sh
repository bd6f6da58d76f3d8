# Signatures that one side makes and the other verifies, and the registry's counter-signature before ObjectStack's own code.

cp -r "$samples/sandbox-vat" vat-check
quietly os plugin build vat-check --out "$PWD/vat-check.osplugin"
cp "$here/verify.mjs" .

say 'The same key signs the same bytes, with either tool.'
quietly os plugin sign vat-check.osplugin --key acme.key --key-id acme-2026 --out by-os.sig
quietly "$plimsoll" sign vat-check.osplugin --key acme.key --key-id acme-2026
show cmp by-os.sig vat-check.osplugin.sig

say 'Signed by os, published by plimsoll.'
quietly "$plimsoll" publish vat-check.osplugin --publisher acme --signature by-os.sig --visibility marketplace --submit
show node verify.mjs com.acme.vat-check 1.0.0 vat-check.osplugin
approve com.acme.vat-check@1.0.0
show node verify.mjs com.acme.vat-check 1.0.0 vat-check.osplugin

say 'Packed and signed by plimsoll, published by os.'
export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN
cp -r vat-check dates
sed -i 's/com.acme.vat-check/com.acme.dates/; s/"namespace": "[a-z_]*"/"namespace": "dates"/' dates/objectstack.plugin.json
quietly "$plimsoll" pack dates -o dates.osplugin
quietly "$plimsoll" sign dates.osplugin --key acme.key --key-id acme-2026
quietly os plugin publish dates.osplugin --visibility marketplace --submit
approve com.acme.dates@1.0.0
show node verify.mjs com.acme.dates 1.0.0 dates.osplugin

say 'With a statement alone there is no string to counter-sign, so nothing is counter-signed.'
cp -r dates times
sed -i 's/com.acme.dates/com.acme.times/; s/"namespace": "[a-z_]*"/"namespace": "times"/' times/objectstack.plugin.json
quietly "$plimsoll" pack times -o times.osplugin
origin=$(curl -sf "$PLIMSOLL_REGISTRY/.well-known/plimsoll.json" | member registry)
quietly "$plimsoll" sign times.osplugin --key acme.key --key-id acme-2026 --publisher acme --registry-name "$origin"
quietly "$plimsoll" publish times.osplugin --publisher acme --statement times.osplugin.dsse.json --visibility marketplace --submit
approve com.acme.times@1.0.0
show node verify.mjs com.acme.times 1.0.0 times.osplugin
