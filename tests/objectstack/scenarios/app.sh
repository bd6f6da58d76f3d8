# An App with an icon, from its sources to the marketplace.

cp -r "$samples/crm" crm
cd crm
export OS_CLOUD_API_KEY=$PLIMSOLL_TOKEN

quietly os build
show os package publish --visibility marketplace --submit --icon-file icon.svg --note 'First release'
approve com.acme.crm@1.0.0
show "$plimsoll" info com.acme.crm@1.0.0
say 'Another version, for oneself.'
show os package publish --visibility private --version 1.1.0-rc.1 --pre-release

say 'One with a hook, which is code: the publisher packs and signs it.'
sed -i "s/version: '1.0.0'/version: '2.0.0', runtime: 'sandbox'/" objectstack.config.ts
sed -i "s/^  apps: \[/  hooks: [{ name: 'greet', object: 'crm_customer', events: ['beforeInsert'], handler: async () => {} }],\n&/" objectstack.config.ts
quietly os build
show "$plimsoll" pack dist
show "$plimsoll" sign com.acme.crm-2.0.0.osplugin --key ../acme.key --key-id acme-2026 --publisher acme
show "$plimsoll" publish com.acme.crm-2.0.0.osplugin --publisher acme --visibility marketplace --submit --readme README.md --icon icon.svg --category crm
approve com.acme.crm@2.0.0
say 'The same artifact by their client.'
show os plugin publish com.acme.crm-2.0.0.osplugin --visibility marketplace --submit
