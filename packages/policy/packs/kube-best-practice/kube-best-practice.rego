# What manifests of a service should say.
package fermata.kube_best_practice

import data.fermata.lib

# METADATA
# title: Non-root user
# description: A container that is broken out of as root is root on its node.
# custom:
#   remedy: "Set runAsNonRoot: true in the securityContext of the pod, or of each container."
deny_root contains msg if {
	some container in lib.containers
	not runs_as_another_user(container)
	msg := sprintf("%s must run as another user than root", [lib.label(container)])
}

runs_as_another_user(container) if {
	not says_user(container)
	lib.pod.spec.securityContext.runAsNonRoot == true
}

# What a container says wins over what its pod says.
runs_as_another_user(container) if container.securityContext.runAsNonRoot == true

says_user(container) if is_boolean(container.securityContext.runAsNonRoot)

# Annotations by which a cloud makes a load balancer internal, with the values that say so.
internal_annotations := {
	"service.beta.kubernetes.io/azure-load-balancer-internal": {"true"},
	"service.beta.kubernetes.io/aws-load-balancer-scheme": {"internal"},
	"service.beta.kubernetes.io/aws-load-balancer-internal": {"true"},
	"networking.gke.io/load-balancer-type": {"Internal"},
	"cloud.google.com/load-balancer-type": {"Internal"},
}

# METADATA
# title: Internal load balancers
# description: A Service of type LoadBalancer is open to the internet, unless its cloud is told otherwise.
# custom:
#   remedy: Set the annotation of your cloud that makes it internal, or use an Ingress or a Gateway.
deny_public_load_balancer contains msg if {
	input.kind == "Service"
	input.spec.type == "LoadBalancer"
	not is_internal
	msg := sprintf("The load balancer of %v is open to the internet", [object.get(input, ["metadata", "name"], "this Service")])
}

is_internal if {
	some name, values in internal_annotations
	input.metadata.annotations[name] in values
}
