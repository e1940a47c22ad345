# Pod Security Standards, level baseline, from Kubernetes 1.25 on.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
package fermata.pss_baseline

import data.fermata.lib

# METADATA
# title: Windows host process
# description: Windows pods must not run as processes of the host.
# custom:
#   remedy: Remove windowsOptions.hostProcess.
deny_windows_host_process contains msg if {
	some part in lib.secured
	lib.given(part.securityContext.windowsOptions.hostProcess)
	msg := sprintf("%s runs as a process of the host", [lib.label(part)])
}

# METADATA
# title: Host namespaces
# description: Pods must not share network, processes or shared memory of the host.
# custom:
#   remedy: Remove the field.
deny_host_namespaces contains msg if {
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	lib.given(lib.pod.spec[field])
	msg := sprintf("The pod sets %s", [field])
}

# METADATA
# title: Privileged containers
# description: A privileged container may do on its node whatever root may.
# custom:
#   remedy: Remove securityContext.privileged, and add the one capability that is needed.
deny_privileged contains msg if {
	some container in lib.containers
	lib.given(container.securityContext.privileged)
	msg := sprintf("%s is privileged", [lib.label(container)])
}

allowed_capabilities := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

# METADATA
# title: Capabilities
# description: Only capabilities that every container runtime gives by default may be added.
# custom:
#   remedy: Take it out of securityContext.capabilities.add.
deny_capabilities_baseline contains msg if {
	some container in lib.containers
	some index
	capability := container.securityContext.capabilities.add[index]
	not capability in allowed_capabilities
	msg := sprintf("%s adds the capability %v", [lib.label(container), capability])
}

# METADATA
# title: HostPath volumes
# description: Volumes of the host let a pod read and write on its node.
# custom:
#   remedy: Use another type of volume.
deny_host_path_volumes contains msg if {
	some volume in lib.pod.spec.volumes
	not volume.hostPath == null
	volume.hostPath
	msg := sprintf("Volume %v is a path of the host", [object.get(volume, "name", "without a name")])
}

# METADATA
# title: Host ports
# description: Ports of the host go around Services and network policies.
# custom:
#   remedy: Remove hostPort, and use a Service.
deny_host_ports contains msg if {
	some container in lib.containers
	some index
	port := container.ports[index].hostPort
	lib.given(port)
	msg := sprintf("%s takes port %v of the host", [lib.label(container), port])
}

# METADATA
# title: AppArmor
# description: The default AppArmor profile must not be turned off.
# custom:
#   remedy: Use RuntimeDefault or Localhost.
deny_app_armor_profile contains msg if {
	some part in lib.secured
	profile := part.securityContext.appArmorProfile
	profile != null
	not object.get(profile, "type", "") in {"RuntimeDefault", "Localhost"}
	msg := sprintf("%s has the AppArmor profile %v", [lib.label(part), object.get(profile, "type", "without a type")])
}

deny_app_armor_profile contains msg if {
	some name
	profile := lib.pod.metadata.annotations[name]
	startswith(name, "container.apparmor.security.beta.kubernetes.io/")
	not allowed_app_armor_annotation(profile)
	msg := sprintf("The annotation %s turns AppArmor off: %v", [name, profile])
}

allowed_app_armor_annotation(profile) if profile in {"", "runtime/default"}

allowed_app_armor_annotation(profile) if startswith(profile, "localhost/")

# METADATA
# title: SELinux
# description: The type of SELinux must be one of containers, and user and role must not be set.
# custom:
#   remedy: Remove the field.
deny_se_linux_options contains msg if {
	some part in lib.secured
	type := part.securityContext.seLinuxOptions.type
	lib.given(type)
	not type in allowed_se_linux_types
	msg := sprintf("%s has the SELinux type %v", [lib.label(part), type])
}

deny_se_linux_options contains msg if {
	some part in lib.secured
	some field in ["user", "role"]
	lib.given(part.securityContext.seLinuxOptions[field])
	msg := sprintf("%s sets the SELinux %s", [lib.label(part), field])
}

allowed_se_linux_types contains type if some type in ["container_t", "container_init_t", "container_kvm_t"]

allowed_se_linux_types contains "container_engine_t" if lib.kubernetes_minor >= 31

# METADATA
# title: /proc mount
# description: The masks over /proc must stay. From 1.35 on, pods in a user namespace may remove them.
# custom:
#   remedy: Remove securityContext.procMount.
deny_proc_mount contains msg if {
	not relaxed_proc_mount
	some container in lib.containers
	mount := container.securityContext.procMount
	not mount in {null, "Default"}
	msg := sprintf("%s has the /proc mount %v", [lib.label(container), mount])
}

relaxed_proc_mount if {
	lib.kubernetes_minor >= 35
	lib.in_user_namespace
}

# METADATA
# title: Seccomp
# description: The seccomp profile must not be turned off.
# custom:
#   remedy: Use RuntimeDefault or Localhost.
deny_seccomp_profile_baseline contains msg if {
	some part in lib.secured
	profile := part.securityContext.seccompProfile
	profile != null
	not object.get(profile, "type", "") in {"RuntimeDefault", "Localhost"}
	msg := sprintf("%s has the seccomp profile %v", [lib.label(part), object.get(profile, "type", "without a type")])
}

# METADATA
# title: Sysctls
# description: Only sysctls that are known to stay within the pod may be set.
# custom:
#   remedy: Remove the sysctl.
deny_sysctls contains msg if {
	some index
	name := lib.pod.spec.securityContext.sysctls[index].name
	not name in safe_sysctls
	msg := sprintf("The pod sets the sysctl %v", [name])
}

safe_sysctls contains name if {
	some name in [
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
		"net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
	]
}

safe_sysctls contains "net.ipv4.ip_local_reserved_ports" if lib.kubernetes_minor >= 27

safe_sysctls contains name if {
	lib.kubernetes_minor >= 29
	some name in [
		"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
	]
}

safe_sysctls contains name if {
	lib.kubernetes_minor >= 32
	some name in ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]
}

# METADATA
# title: Hosts of probes and lifecycle hooks
# description: From 1.34 on, probes and hooks must not name a host, since the kubelet would ask it.
# custom:
#   remedy: Remove host; the probe asks the pod itself.
deny_host_probes_and_host_lifecycle contains msg if {
	lib.kubernetes_minor >= 34
	some container in lib.containers
	some way in asking_ways
	host := object.get(container, way, "")
	lib.given(host)
	msg := sprintf("%s asks the host %v in %s", [lib.label(container), host, concat(".", way)])
}

asking_ways contains [probe, handler, "host"] if {
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	some handler in ["httpGet", "tcpSocket"]
}

asking_ways contains ["lifecycle", hook, handler, "host"] if {
	some hook in ["postStart", "preStop"]
	some handler in ["httpGet", "tcpSocket"]
}
