# What the shop asks of its manifests, beside what everybody asks.
package main

# METADATA
# title: Two pods or more
# description: A service with one pod is away whenever that pod is.
# custom:
#   remedy: Set spec.replicas to 2 or more.
deny_single_pod contains msg if {
	input.kind in {"Deployment", "StatefulSet"}
	input.spec.replicas < 2
	msg := sprintf("%s has a single pod", [input.metadata.name])
}

# METADATA
# title: No debugging where customers are
# description: Logs of this level are many, and may show what customers type.
# custom:
#   remedy: Leave LOG_LEVEL out.
warn_debug contains msg if {
	some container in input.spec.template.spec.containers
	some variable in container.env
	variable.name == "LOG_LEVEL"
	variable.value == "debug"
	msg := sprintf("%s writes logs of the level debug", [container.name])
}
