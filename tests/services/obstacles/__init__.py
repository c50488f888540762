"""Why a person cannot use an allocation: each reason, set up and told."""
