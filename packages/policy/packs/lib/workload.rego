# What a Kubernetes object runs, whatever its kind: told by its shape, so that kinds of others (Rollout, Service of
# Knative) are seen too. A part is given as it stands in the input: then findings know its line.
package fermata.lib

pod := input if input.kind == "Pod"

pod := input.spec.template if input.spec.template.spec.containers

pod := input.spec.jobTemplate.spec.template if input.spec.jobTemplate.spec.template.spec.containers

pod := input.template if input.kind == "PodTemplate"

containers contains container if {
	some field in ["initContainers", "containers", "ephemeralContainers"]
	some container in pod.spec[field]
}

# Pod and containers: what may have a securityContext.
secured contains pod.spec

secured contains container if some container in containers

# For messages, which must never be undefined: a rule without a message does not speak.
label(part) := sprintf("Container %v", [object.get(part, "name", "without a name")]) if part in containers

label(part) := "The pod" if not part in containers

kubernetes_minor := data.fermata.kubernetes.minor

windows if pod.spec.os.name == "windows"

in_user_namespace if pod.spec.hostUsers == false

given(value) if not value in {null, false, "", 0}
