# A runtime whose control plane is the registry: it shows and installs the App, and never a contribution.

fill_marketplace
start_runtime
register_administrator

say 'The App is there.'
market ''
market '?q=crm&category=crm&limit=10'
market /com.acme.crm
market /com.acme.crm/versions/latest/manifest
show os package install com.acme.crm
quietly os data create crm_customer '{"name": "Bolt"}' --url "$runtime" --format json

say 'A contribution is nowhere, though it is approved for the marketplace.'
market '?q=vat'
market /com.acme.vat-check
market /com.acme.vat-check/versions/1.0.0/manifest
market /com.acme.vat-check/versions/latest/manifest
market /com.acme.vat-check/icon
show os package install com.acme.vat-check

say 'A yanked version is not installed any more, at once.'
show "$plimsoll" yank com.acme.crm@1.0.0 --reason 'It loses customers.'
show os package install com.acme.crm
say 'What the runtime has cached it shows for half an hour (a list) to a day (a manifest), whatever lifetime it was sent with;'
say 'unless it is asked not to, or told so as a whole by OS_MARKETPLACE_CACHE=off, as below.'
market ''
market '' cache-control no-cache

say 'After a restart, what was installed is still there.'
stop_runtime
export OS_MARKETPLACE_CACHE=off
start_runtime
show os data query crm_customer --url "$runtime" --fields name --format json
market ''
market /com.acme.crm
say 'The yank is lifted.'
quietly "$plimsoll" restore com.acme.crm@1.0.0 --reason 'It does not.'
market ''
stop_runtime
