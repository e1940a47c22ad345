# Pod Security Standards, level restricted, from Kubernetes 1.25 on: what it asks beyond baseline.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
package fermata.pss_restricted

import data.fermata.lib

# METADATA
# title: Volume types
# description: Only volumes that Kubernetes manages may be used.
# custom:
#   remedy: Use a PersistentVolumeClaim.
deny_restricted_volumes contains msg if {
	some volume in lib.pod.spec.volumes
	not has_managed_type(volume)
	msg := sprintf("Volume %v has a type that is not allowed", [object.get(volume, "name", "without a name")])
}

has_managed_type(volume) if {
	some type in [
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
		"image", "persistentVolumeClaim", "projected", "secret",
	]
	is_object(volume[type])
}

# A volume without a source is an emptyDir: Kubernetes makes it one.
has_managed_type(volume) if {
	sources := [source | some key, source in volume; key != "name"; source != null]
	count(sources) == 0
}

# METADATA
# title: Privilege escalation
# description: Processes must not be able to get more privileges than their parent.
# custom:
#   remedy: "Set securityContext.allowPrivilegeEscalation: false."
deny_allow_privilege_escalation contains msg if {
	not lib.windows
	some container in lib.containers
	not container.securityContext.allowPrivilegeEscalation == false
	msg := sprintf("%s does not set allowPrivilegeEscalation to false", [lib.label(container)])
}

# METADATA
# title: Root user
# description: Containers must run as another user than root. From 1.35 on, pods in a user namespace may.
# custom:
#   remedy: "Set securityContext.runAsNonRoot: true, for the pod or for each container."
deny_run_as_non_root contains msg if {
	not relaxed_user
	some part in lib.secured
	part.securityContext.runAsNonRoot == false
	msg := sprintf("%s sets runAsNonRoot to false", [lib.label(part)])
}

deny_run_as_non_root contains msg if {
	not relaxed_user
	some container in lib.containers
	not says_user(container)
	not lib.pod.spec.securityContext.runAsNonRoot == true
	msg := sprintf("%s may run as root", [lib.label(container)])
}

says_user(container) if is_boolean(container.securityContext.runAsNonRoot)

# METADATA
# title: User 0
# description: runAsUser must not be 0. From 1.35 on, pods in a user namespace may.
# custom:
#   remedy: Take another user, or none.
deny_run_as_user contains msg if {
	not relaxed_user
	some part in lib.secured
	part.securityContext.runAsUser == 0
	msg := sprintf("%s runs as user 0", [lib.label(part)])
}

relaxed_user if {
	lib.kubernetes_minor >= 35
	lib.in_user_namespace
}

# METADATA
# title: Seccomp
# description: A seccomp profile must be set, for the pod or for each container.
# custom:
#   remedy: "Set securityContext.seccompProfile.type: RuntimeDefault."
deny_seccomp_profile_restricted contains msg if {
	not lib.windows
	some part in lib.secured
	profile := part.securityContext.seccompProfile
	profile != null
	not object.get(profile, "type", "") in {"RuntimeDefault", "Localhost"}
	msg := sprintf("%s has the seccomp profile %v", [lib.label(part), object.get(profile, "type", "without a type")])
}

deny_seccomp_profile_restricted contains msg if {
	not lib.windows
	some container in lib.containers
	not has_seccomp_profile(container)
	not has_seccomp_profile(lib.pod.spec)
	msg := sprintf("%s has no seccomp profile", [lib.label(container)])
}

has_seccomp_profile(part) if is_object(part.securityContext.seccompProfile)

# METADATA
# title: Capabilities
# description: All capabilities must be dropped, and only NET_BIND_SERVICE may be added.
# custom:
#   remedy: "Set securityContext.capabilities.drop: [ALL]."
deny_capabilities_restricted contains msg if {
	not lib.windows
	some container in lib.containers
	not drops_all(container)
	msg := sprintf("%s does not drop all capabilities", [lib.label(container)])
}

drops_all(container) if "ALL" in container.securityContext.capabilities.drop

deny_capabilities_restricted contains msg if {
	not lib.windows
	some container in lib.containers
	some index
	capability := container.securityContext.capabilities.add[index]
	capability != "NET_BIND_SERVICE"
	msg := sprintf("%s adds the capability %v", [lib.label(container), capability])
}

# METADATA
# title: /proc mount
# description: The masks over /proc must stay, in user namespaces too.
# custom:
#   remedy: Remove securityContext.procMount.
deny_proc_mount_restricted contains msg if {
	lib.kubernetes_minor >= 35
	some container in lib.containers
	mount := container.securityContext.procMount
	not mount in {null, "Default"}
	msg := sprintf("%s has the /proc mount %v", [lib.label(container), mount])
}
