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
