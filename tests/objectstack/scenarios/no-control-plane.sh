# What else the clients ask a control plane for, and a registry is not.

export OS_TOKEN=$PLIMSOLL_TOKEN
show os environments list
show os environments create --org acme --name Production
show os register --email dana@acme.example --name Dana --password does-not-matter
say 'OS_CLOUD_URL is also where these look for a runtime.'
show os data query crm_customer
show os meta list object
