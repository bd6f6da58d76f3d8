# A runtime that browses and installs from files on a static host, which `export-marketplace` wrote.

export_marketplace() {
  quietly "$server" --data-dir "$work/server/data" export-marketplace --to "$PWD/site"
}

fill_marketplace
export_marketplace
start_site "$PWD/site"
export OS_MARKETPLACE_PUBLIC_BASE_URL=$site
start_runtime
register_administrator

say 'The files are shown; the runtime searches, filters and pages them itself. It caches none of them.'
market ''
market '?q=crm&category=crm&limit=10'
market '?q=vat'
market /com.acme.crm
market /com.acme.crm/versions/latest/manifest
say 'What is no file it asks the registry for: there is no more.'
market /com.acme.vat-check
market /com.acme.vat-check/versions/1.0.0/manifest

say 'A yank is seen with the next export.'
quietly "$plimsoll" yank com.acme.crm@1.0.0 --reason 'It loses customers.'
market ''
export_marketplace
market ''
market /com.acme.crm
show os package install com.acme.crm
quietly "$plimsoll" restore com.acme.crm@1.0.0 --reason 'It does not.'
export_marketplace

say 'The registry is down.'
"$here/../server.sh" stop "$work/server"
market ''
market /com.acme.crm/versions/1.0.0/manifest
market /com.acme.vat-check
show os package install com.acme.crm
quietly os data create crm_customer '{"name": "Bolt"}' --url "$runtime" --format json
show os data query crm_customer --url "$runtime" --fields name --format json
stop_runtime
stop_site
