# A plugin in a sandbox, from its sources to the marketplace.

cp -r "$samples/sandbox-vat" vat-check
cd vat-check
export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN

show os plugin build
show os plugin sign com.acme.vat-check-1.0.0.osplugin --key ../acme.key --key-id acme-2026
show os plugin publish com.acme.vat-check-1.0.0.osplugin --visibility marketplace --submit --note 'First release'
approve com.acme.vat-check@1.0.0
show "$plimsoll" info com.acme.vat-check@1.0.0
say 'Publishing the same again changes nothing.'
show os plugin publish com.acme.vat-check-1.0.0.osplugin --visibility marketplace --submit --note 'First release'
