"""Why an allocation cannot be used, as far as accounts, logins and sites go. Pure."""
