const id=899,ids=[899],modules={4899:((__unused_webpack___webpack_module__,__webpack_exports__,__webpack_require__)=>{__webpack_require__.d(__webpack_exports__,{K9:()=>policyScan,SQ:()=>scan});var _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__=__webpack_require__(3954),_fermata_source__WEBPACK_IMPORTED_MODULE_1__=__webpack_require__(7016),_fermata_capability__WEBPACK_IMPORTED_MODULE_2__=__webpack_require__(7867),_fermata_catalog__WEBPACK_IMPORTED_MODULE_5__=__webpack_require__(5256),node_crypto__WEBPACK_IMPORTED_MODULE_3__=__webpack_require__(7598),zod_mini__WEBPACK_IMPORTED_MODULE_4__=__webpack_require__(9902),policyCodes=(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.reasonCodes)({"FM-POLICY-DENIED":{severity:"error",means:"A deny or violation rule found something.",remedy:"Change what stands there, or except it for a time with the input exceptions."},"FM-POLICY-WARNED":{severity:"warning",means:"A warn rule found something.",remedy:"Change what stands there, or except it for a time with the input exceptions."},"FM-POLICY-EXCEPTED":{severity:"note",means:"A finding is accepted by an exception.",remedy:"Nothing, until the exception expires."},"FM-POLICY-BASE":{severity:"error",means:"The input base is reserved and does not work yet.",remedy:"Leave it out: every finding is told."},"FM-POLICY-NO-FILES":{severity:"inconclusive",means:"There is nothing to judge.",remedy:"Correct the input files: paths are relative to the working directory."},"FM-POLICY-PATTERN-UNUSED":{severity:"warning",means:"A path or pattern of the input files matches no file.",remedy:"Correct it, or take it out."},"FM-POLICY-FILE-UNREADABLE":{severity:"inconclusive",means:"A file could not be understood, and so was not judged.",remedy:"Correct the file, or take it out with a line that begins with ! in the input files. Templates must be rendered first."},"FM-POLICY-FILE-EMPTY":{severity:"warning",means:"A file holds no document: no rule was asked about it.",remedy:"Fill it, or take it out."},"FM-POLICY-NO-POLICIES":{severity:"error",means:"There is no rule to judge by.",remedy:"Name Rego files with the input policies, or a pack with the input pack."},"FM-POLICY-PACK":{severity:"error",means:"A pack of this name or version does not exist.",remedy:"Take one of those that the message lists."},"FM-POLICY-INVALID":{severity:"error",means:"A policy does not parse or compile: nothing was judged.",remedy:"Correct the policy at that line."},"FM-POLICY-DATA":{severity:"error",means:"A data file cannot be used.",remedy:"Correct the file, or take it out of the input data."},"FM-POLICY-NAMESPACE-UNKNOWN":{severity:"inconclusive",means:"No policy has a package of this name: conftest would ask nothing and pass.",remedy:"Correct the input namespaces, or the package line of the policy."},"FM-POLICY-NAMESPACE-EMPTY":{severity:"inconclusive",means:"The chosen packages have no rule named deny, violation or warn: nothing can be found.",remedy:"Name the rules deny, violation or warn, with _ and letters or digits behind it."},"FM-POLICY-RULE-NOT-ASKED":{severity:"warning",means:"A rule has nearly the name of a rule that is asked, and nobody asks it.",remedy:"Name it deny, violation or warn, with _ and letters or digits behind it, or something else altogether."},"FM-POLICY-RULE-UNREACHED":{severity:"warning",means:"No document got as far as the last condition of a rule: it would not have found anything in any of them.",remedy:"Look whether its first conditions are what was meant, and whether the files hold what it is about."},"FM-POLICY-NOTHING-REACHED":{severity:"inconclusive",means:"No document got as far as the last condition of any rule.",remedy:"Look whether the policies are about the kind of files that were given."},"FM-POLICY-RULE-SHAPE":{severity:"inconclusive",means:"A rule gave something else than a set or list of results, which conftest takes for a pass.",remedy:"Write `deny contains msg if { ... }`."},"FM-POLICY-RESULT-SHAPE":{severity:"inconclusive",means:"A result is neither a text nor an object with a text `msg`.",remedy:"Give a text, or an object with `msg`."},"FM-POLICY-RULE-FAILED":{severity:"inconclusive",means:"A built-in function failed inside of a rule that then said nothing: it may have had something to say.",remedy:"Ask for the type first (is_string, is_number, json.is_valid), so that the rule decides."},"FM-POLICY-TIMEOUT":{severity:"inconclusive",means:"The policies took longer than they may: not everything was judged.",remedy:"Judge fewer files at a time, make the policy cheaper, or set timeout."},"FM-POLICY-EXCEPTION-FILE":{severity:"error",means:"The exceptions file is missing or not in its form.",remedy:"Each entry needs rule, owner, reason and expires."},"FM-POLICY-EXCEPTION-EXPIRED":{severity:"warning",means:"An exception has expired: what it excused counts again.",remedy:"Mend the finding, or agree on a new day with the owner."},"FM-POLICY-EXCEPTION-EXPIRES":{severity:"warning",means:"An exception expires within two weeks.",remedy:"Mend the finding, or agree on a new day with the owner."},"FM-POLICY-EXCEPTION-UNUSED":{severity:"warning",means:"An exception excuses nothing.",remedy:"Take it out."}}),policyReason=(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.reasonsFrom)(policyCodes),embedded={"kube-best-practice/kube-best-practice.rego":`# What manifests of a service should say.
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
`,"lib/workload.rego":`# What a Kubernetes object runs, whatever its kind: told by its shape, so that kinds of others (Rollout, Service of
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
`,"pss-baseline/pss-baseline.rego":`# Pod Security Standards, level baseline, from Kubernetes 1.25 on.
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
`,"pss-restricted/pss-restricted.rego":`# Pod Security Standards, level restricted, from Kubernetes 1.25 on: what it asks beyond baseline.
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
`};function patternOf(written2){let negative=written2.startsWith("!"),plain=(negative?written2.slice(1):written2).replace(/^(?:\.\/)+/,"").replace(/\/+$/,"").replaceAll(/\/{2,}/g,"/")||".";if(!/[*?[\]{}]/.test(plain))return{written:written2,negative,root:plain,isPath:!0,matches:path2=>plain==="."||path2===plain||path2.startsWith(`${plain}/`)};let names=plain.split("/"),first=names.findIndex(name=>/[*?[\]{}]/.test(name)),expression=new RegExp(`^${expressionOf(plain)}$`,"u");return{written:written2,negative,root:first===0?".":names.slice(0,first).join("/"),isPath:!1,matches:path2=>expression.test(path2)}}function expressionOf(pattern){let depth=0;return(pattern.match(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[[^\]/]+\]|\{|\}|,|[\s\S]/gu)??[]).map(part=>{switch(part){case"**/":return"(?:[^/]+/)*";case"/**":return"/.+";case"**":return".*";case"*":return"[^/]*";case"?":return"[^/]";case"{":return depth+=1,"(?:";case"}":return depth===0?"\\}":(depth-=1,")");case",":return depth>0?"|":",";default:return part.length>1&&part.startsWith("[")?`[${part.slice(1,-1).replace(/^!/,"^").replaceAll(/[\\[\]&~]/g,"\\$&")}]`:part.replace(/[\\^$.*+?()[\]{}|/]/u,"\\$&")}}).join("")+")".repeat(depth)}var deepestFolder=32,unreachableText="This is no file, but a link that leads outside of the working directory, or nowhere.",mostFiles=5e4;async function findFiles(written2,wanted,files){let patterns=written2.map(patternOf),taken=new Map,others=new Set,unreachable=new Set;for(let pattern of patterns.filter(({negative})=>!negative))for await(let{path:path2,isFile}of below(pattern,files))if(pattern.matches(path2)){if(!isFile){takes(patterns,path2)&&unreachable.add(path2);continue}if(!wanted.test(path2)&&path2!==pattern.root){others.add(path2);continue}if(taken.set(path2,(taken.get(path2)??new Set).add(pattern)),taken.size>mostFiles)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-NO-FILES",says:`${pattern.written} means more than ${mostFiles} files.`,remedy:"Name the folders that are meant."}])}let kept=[...taken.keys()].filter(path2=>takes(patterns,path2)),used=new Set([...taken.values()].flatMap(by=>[...by]));return{paths:kept.toSorted(),unused:patterns.filter(pattern=>!pattern.negative&&!used.has(pattern)).map(pattern=>pattern.written),passedOver:others.size,unreachable:[...unreachable].toSorted()}}function takes(patterns,path2){return patterns.findLast(pattern=>pattern.matches(path2))?.negative===!1}async function*below(pattern,files){let entries=await files.list(pattern.root);if(entries===void 0){let above=pattern.root.includes("/")?pattern.root.slice(0,pattern.root.lastIndexOf("/")):".";(await files.list(above))?.some(({name,kind})=>kind==="file"&&join(above,name)===pattern.root)===!0&&(yield{path:pattern.root,isFile:!0});return}yield*inside(pattern.root,entries,0,/(?:^|\/)\./.test(pattern.written.replace(/^(?:\.\/)+/,"")),pattern,files)}async function*inside(folder,entries,depth,hidden,pattern,files){if(depth>deepestFolder)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-NO-FILES",says:`${folder} is nested deeper than ${deepestFolder} folders.`,remedy:"Look for a link that leads back to a folder above it."}]);for(let{name,kind}of entries){if(name.startsWith(".")&&!hidden||name==="node_modules"||name===".git")continue;let path2=join(folder,name);kind!=="folder"?yield{path:path2,isFile:kind==="file"}:yield*inside(path2,await files.list(path2)??[],depth+1,hidden,pattern,files)}}function join(folder,name){return folder==="."?name:`${folder}/${name}`}async function readText(path2,files){let bytes=await files.read(path2);if(bytes===void 0)return{says:"The file is gone."};if(bytes.length>2e7)return{says:`The file has ${bytes.length} bytes; at most 20000000 are read.`};try{return{text:new TextDecoder("utf-8",{fatal:!0}).decode(bytes)}}catch(error){return{says:`The file is no UTF-8 text: ${error instanceof Error?error.message:String(error)}`}}}var ownRoot="fermata";async function readData(written2,files){let problems=[],tree={};for(let root of written2){let{paths,unreachable}=await findFiles([root],/\.(?:ya?ml|json)$/i,files);problems.push(...unreachable.map(path2=>({code:"FM-POLICY-DATA",says:unreachableText,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)}))),paths.length===0&&problems.push({code:"FM-POLICY-DATA",says:`The input data names ${root}, and there is no YAML or JSON file.`,remedy:"Correct the path."});let top=root.replace(/^(?:\.\/)+/,"").replace(/\/+$/,"");for(let path2 of paths){let value=await valueOf(path2,files);if("says"in value){problems.push(value);continue}let keys=path2===top||!path2.startsWith(`${top}/`)?[]:path2.slice(top.length+1).split("/").slice(0,-1),clash=merge(tree,keys.reduceRight((inner,key)=>({[key]:inner}),value.value),[]);clash!==void 0&&problems.push({code:"FM-POLICY-DATA",says:`data.${clash} is defined twice.`,remedy:"Keep one of the definitions.",where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)})}}if(Object.hasOwn(tree,ownRoot)&&problems.push({code:"FM-POLICY-DATA",says:`data.${ownRoot} belongs to the packs of Fermata.`,remedy:"Take another name."}),problems.length>0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(problems);return tree}async function valueOf(path2,files){let content=await readText(path2,files);if("says"in content)return{code:"FM-POLICY-DATA",says:content.says,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)};let{documents,problems:[problem]}=path2.toLowerCase().endsWith(".json")?(0,_fermata_source__WEBPACK_IMPORTED_MODULE_1__.parseJson)(content.text,{file:path2}):(0,_fermata_source__WEBPACK_IMPORTED_MODULE_1__.parseYaml)(content.text,{file:path2,version:"1.1"});if(problem!==void 0)return{code:"FM-POLICY-DATA",says:problem.says,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2,problem.line,problem.column)};let[document,second]=documents;return second!==void 0?{code:"FM-POLICY-DATA",says:"A data file holds one document, and this one holds several.",where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)}:isTree(document?.value)?{value:document.value}:{code:"FM-POLICY-DATA",says:"A data file holds a mapping, and this one does not.",where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)}}function isTree(value){return typeof value=="object"&&value!==null&&!Array.isArray(value)}function merge(into,from,at){for(let[key,value]of Object.entries(from)){if(!Object.hasOwn(into,key)){Object.defineProperty(into,key,{value:isTree(value)?structuredClone(value):value,enumerable:!0,writable:!0,configurable:!0});continue}let there=into[key];if(!isTree(there)||!isTree(value))return[...at,key].join(".");let clash=merge(there,value,[...at,key]);if(clash!==void 0)return clash}}var packs=[{name:"pss-baseline",about:"Pod Security Standards, level baseline",minors:[25,35]},{name:"pss-restricted",about:"Pod Security Standards, level restricted: with all of baseline",minors:[25,35],includes:["pss-baseline"]},{name:"kube-best-practice",about:"What manifests of a service should say"}];function choosePacks(written2){let chosen=written2.map(parsePack),minors=[...new Set(chosen.flatMap(({minor})=>minor??[]))];if(minors.length>1)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-PACK",says:`The packs ${written2.join(" and ")} are for different versions of Kubernetes.`,remedy:"Name one version."}]);let names=[...new Set(chosen.flatMap(({pack})=>[...pack.includes??[],pack.name]))];return{modules:Object.entries(embedded).filter(([file])=>names.some(name=>file.startsWith(`${name}/`))||names.length>0&&file.startsWith("lib/")).map(([file,text2])=>({name:`pack:${file}`,text:text2})),namespaces:names.map(namespaceOf),data:minors[0]===void 0?{}:{[ownRoot]:{kubernetes:{minor:minors[0]}}},names:chosen.map(({pack,minor})=>minor===void 0?pack.name:`${pack.name}@1.${minor}`)}}function namespaceOf(pack){return`${ownRoot}.${pack.replaceAll("-","_")}`}function parsePack(written2){let[name="",version="latest",...rest]=written2.split("@"),pack=packs.find(one=>one.name===name),known=packs.map(one=>one.name);if(pack===void 0||rest.length>0){let meant=(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.didYouMean)(name,known);throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-PACK",says:`There is no pack ${JSON.stringify(written2)}.${meant===void 0?"":` Did you mean ${meant}?`}`,remedy:`Take one of ${known.join(", ")}.`}])}if(pack.minors===void 0){if(version!=="latest")throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-PACK",says:`The pack ${name} has no versions.`,remedy:`Write ${name}.`}]);return{pack,minor:void 0}}let[oldest,newest]=pack.minors,minor=version==="latest"?newest:/^v?1\.(\d{1,3})$/.exec(version)?.[1];if(minor===void 0||Number(minor)<oldest||Number(minor)>newest)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-PACK",says:`The pack ${name} has no version ${JSON.stringify(version)}.`,remedy:`It has 1.${oldest} to 1.${newest}, and latest, which is 1.${newest}.`}]);return{pack,minor:Number(minor)}}var policyScan=(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.capability)({name:"policy-scan",purpose:"Judges YAML and JSON files by Rego policies as conftest does, with the line of every finding, and without a silent pass.",inputs:{files:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.list)({default:"",about:"Files, folders and patterns (`*`, `**`, `?`, `{a,b}`; `!` takes away) of YAML and JSON. Default: the manifests of all services of the catalog.",example:"k8s, deploy/**/*.yaml, !deploy/drafts"}),policies:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.list)({default:"",about:"Files, folders and patterns of Rego modules. Default: the folder policy, which must be there unless a pack is named.",example:"policy"}),namespaces:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.list)({default:"main",about:"Packages whose rules are asked, without `data.`; `*` takes any text, dots too.",example:"main, kubernetes.*"}),pack:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.list)({default:"",about:`Policies that come with Fermata: ${packs.map(packText).join(", ")}.`,example:"pss-baseline@1.35"}),data:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.list)({default:"",about:"YAML and JSON files and folders that become the document data. The folders below a named one are keys, file names are not.",example:"policy-data"}),combine:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.boolean)({default:"false",about:"All documents are one input: a list of {path, contents}."}),exceptions:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.path)({about:"YAML file of findings that are accepted for a time, each with owner, reason and day of expiry.",example:".fermata/exceptions.yaml"}),"fail-severity":(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.choice)(["failure","warning","never"],{default:"failure",about:"Which findings fail the verdict: those of deny and violation rules, those of warn rules too, or none."}),base:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.text)({about:"Reserved: a ref whose findings are not told again. It is refused until it works."}),compat:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.choice)(["none","conftest"],{default:"none",about:"conftest passes in silence where conftest does: unknown namespaces, rules that give no set, results without a message, failing built-ins. Without it each of these is told."}),"rego-version":(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.choice)(["auto","v1","v0"],{default:"auto",about:"auto takes v1, and v0 for a module that is only valid as v0."}),strict:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.boolean)({default:"false",about:"Also refuse unused imports, variables and arguments in policies."}),timeout:(0,_fermata_capability__WEBPACK_IMPORTED_MODULE_2__.duration)({default:"5m",about:"How long the policies may take together. What is not judged by then is inconclusive."})},outputs:{failures:"How many findings of deny and violation rules are not excepted.",warnings:"How many findings of warn rules are not excepted.",excepted:"How many findings are excepted, by the exceptions file or by exception rules.",score:"Documents without a failure, in percent of all documents, rounded down. Empty when nothing was judged.",sarif:"Path of the findings as SARIF 2.1.0."},needs:["policyEngine"],commands:[{path:["scan"],brief:"Judge manifests by policies",example:"fermata scan --pack pss-baseline@1.35 --files k8s"}],branding:{icon:"shield",color:"green"},permissions:{"contents: read":"to read the files and the policies"}});function packText({name,minors}){return minors===void 0?name:`${name} (@1.${minors[0]} to @1.${minors[1]}, or @latest)`}function evidenceOf({answer,modules:modules2,documents,packs:packs2},at){let policies=Object.fromEntries(modules2.map(({name,text:text2})=>[name,sha256(text2)])),inputs=sha256(JSON.stringify(documents.map(({file,value})=>[file,value])));return(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.evidence)("scan","opa",answer.selected.join(", "),at,{engine:answer.engine,engineHash:answer.engineHash,packs:packs2,policies,inputs,documents:documents.length,results:answer.results.length})}function sha256(text2){return(0,node_crypto__WEBPACK_IMPORTED_MODULE_3__.createHash)("sha256").update(text2).digest("hex")}var written=zod_mini__WEBPACK_IMPORTED_MODULE_4__.Yj().check(zod_mini__WEBPACK_IMPORTED_MODULE_4__.Bp(1)),day=zod_mini__WEBPACK_IMPORTED_MODULE_4__.Yj().check(zod_mini__WEBPACK_IMPORTED_MODULE_4__.yG(/^\d{4}-\d{2}-\d{2}$/)),entrySchema=zod_mini__WEBPACK_IMPORTED_MODULE_4__.re({rule:written,files:zod_mini__WEBPACK_IMPORTED_MODULE_4__.lq(zod_mini__WEBPACK_IMPORTED_MODULE_4__.YO(written)),object:zod_mini__WEBPACK_IMPORTED_MODULE_4__.lq(written),owner:written,reason:written,expires:day}),fileSchema=zod_mini__WEBPACK_IMPORTED_MODULE_4__.re({exceptions:zod_mini__WEBPACK_IMPORTED_MODULE_4__.YO(entrySchema)}),dayMs=864e5,soonDays=14;async function readExceptions(path2,files){let content=await files.read(path2)===void 0?{says:`There is no exceptions file ${path2}.`}:await readText(path2,files);if("says"in content)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-EXCEPTION-FILE",says:content.says,remedy:"Correct the input exceptions, or leave it out."}]);let{documents:[document,second],problems}=(0,_fermata_source__WEBPACK_IMPORTED_MODULE_1__.parseYaml)(content.text,{file:path2,version:"1.2"});if(problems.length>0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(problems.map(({says,line,column})=>({code:"FM-POLICY-EXCEPTION-FILE",says,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2,line,column)})));if(document===void 0||second!==void 0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-EXCEPTION-FILE",says:"An exceptions file is one document: exceptions, a list.",where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)}]);return entriesOf(document,path2)}function entriesOf(document,path2){let at=place=>{let{line,column}=document.nearestPosition(place);return(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2,line,column)},parsed=fileSchema.safeParse(document.value);if(!parsed.success)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(parsed.error.issues.map(issue=>{let place=issue.path.filter(key=>typeof key!="symbol");return{code:"FM-POLICY-EXCEPTION-FILE",says:`${place.length===0?"The exceptions file":place.join(".")}: ${issue.code==="unrecognized_keys"?`unknown ${issue.keys.join(", ")}`:"missing, or not in its form"}.`,remedy:"Each entry has rule, owner, reason, expires (2027-01-31), and where it helps files and object (Deployment/cart).",where:at(place)}}));let dated=parsed.data.exceptions.map((entry,index)=>({...entry,where:at(["exceptions",index])})),undated=dated.flatMap(({expires},index)=>new Date(`${expires}T00:00:00Z`).toJSON()?.startsWith(expires)===!0?[]:[{code:"FM-POLICY-EXCEPTION-FILE",says:`${expires} is no day.`,remedy:"Write the day as 2027-01-31.",where:at(["exceptions",index,"expires"])}]);if(undated.length>0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(undated);return dated}function applyExceptions(findings,exceptions,now){let used=new Set,counting=[],excused=[];for(let finding of findings){let fitting=exceptions.filter(exception=>fits(exception,finding));for(let exception of fitting)used.add(exception);let valid=fitting.find(exception=>daysLeft(exception,now)>0);valid===void 0?counting.push(finding):excused.push({finding,exception:valid})}return{counting,excused,reasons:exceptions.flatMap(exception=>aboutException(exception,used.has(exception),now))}}function aboutException(exception,isUsed,now){let{rule,owner,expires,where}=exception,left=daysLeft(exception,now);return isUsed?left<=0?[policyReason("FM-POLICY-EXCEPTION-EXPIRED",{says:`The exception for ${rule} of ${owner} expired on ${expires}.`,where})]:left<=soonDays?[policyReason("FM-POLICY-EXCEPTION-EXPIRES",{says:`The exception for ${rule} of ${owner} expires on ${expires}.`,where})]:[]:[policyReason("FM-POLICY-EXCEPTION-UNUSED",{says:`The exception for ${rule} of ${owner} excuses nothing.`,where})]}function daysLeft({expires},now){return Math.ceil((Date.parse(`${expires}T00:00:00Z`)+dayMs-now)/dayMs)}function fits({rule,files,object},finding){let patterns=files?.map(patternOf);return(patterns===void 0||patterns.findLast(pattern=>pattern.matches(finding.document.file))?.negative===!1)&&(object===void 0||object===finding.document.object)&&(rule===finding.rule||/[*?[{]/.test(rule)&&patternOf(rule).matches(finding.rule))}function judgedBy(answer,documents){let known=new Map(answer.namespaces.flatMap(space=>space.rules.map(rule=>[`${space.name}/${rule.name}`,rule]))),findings=[],excused=[],oddities=[];for(let result of answer.results){let rule=`${result.namespace}/${result.rule}`,{kind="fail",definitions=[]}=known.get(rule)??{};oddities.push(...odditiesOf(result,rule,definitions[0],documents));for(let outcome of result.outcomes??[]){let found=findingOf(outcome,{rule,kind,remedy:remedyOf(definitions,outcome.definition)},result.input,documents);found!=="nothing"&&(found==="odd"?oddities.push({what:isObject(outcome.value)?"no-message":"result-shape",rule,says:`${rule} gave ${JSON.stringify(outcome.value).slice(0,200)}, which is no finding.`,where:placeOf(definitions[outcome.definition]??definitions[0])}):(result.exceptions??0)>0?excused.push({...found,by:"rule"}):findings.push(found))}}return{findings:findings.toSorted(inOrder),excused:excused.toSorted(inOrder),oddities}}function findingOf({value,paths},about,input,documents){let message=typeof value=="string"?value:messageOf(value);if(message===void 0)return"odd";if(message==="")return"nothing";let places=(paths??[[]]).flatMap(path2=>documents(input,path2)??[]),[first,...others]=places.length>0?places:[documents(input,[])];return first===void 0?"odd":{...about,message,where:writtenPlace(value)??first.document.locate(first.path),also:others.flatMap(one=>one===void 0?[]:[one.document.locate(one.path)]),field:fieldText(first.path),document:first.document}}function remedyOf(definitions,at){let own=definitions[at];return[...own===void 0?[]:[own],...definitions].map(({custom})=>custom?.remedy??custom?.remediation).find(written2=>typeof written2=="string")}function isObject(value){return typeof value=="object"&&value!==null&&!Array.isArray(value)}function messageOf(value){return isObject(value)&&"msg"in value&&typeof value.msg=="string"?value.msg:void 0}function writtenPlace(value){if(typeof value!="object"||value===null||!("_loc"in value))return;let loc=value._loc;if(!(typeof loc!="object"||loc===null||!("file"in loc)||typeof loc.file!="string"))return(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(loc.file,"line"in loc&&typeof loc.line=="number"&&Number.isInteger(loc.line)&&loc.line>0?loc.line:void 0)}function odditiesOf(result,rule,definition,documents){let shape=result.shape==="set"||result.shape==="undefined"||result.shape==="error"?[]:[{what:"rule-shape",rule,says:`${rule} gave ${article(result.shape)} instead of a set of results.`,where:placeOf(definition)}],spoke=(result.outcomes??[]).length>0,of=documents(result.input,[])?.document,failed=spoke?[]:(result.errors??[]).map(({message,file,line})=>({what:"failed",rule,says:`${rule} could not judge ${of===void 0?"the input":`${of.file}${of.object===void 0?"":` (${of.object})`}`}: ${message}.`,where:file===void 0?placeOf(definition):(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(file,line)}));return[...shape,...failed]}function article(shape){return shape==="null"?"null":`${/^[aeiou]/.test(shape)?"an":"a"} ${shape}`}function placeOf(definition){return(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(definition?.file??"policy",definition?.line)}function fieldText(path2){return path2.map((key,at)=>typeof key=="number"?`[${key}]`:/^[A-Za-z_][\w-]*$/.test(key)?`${at===0?"":"."}${key}`:`[${JSON.stringify(key)}]`).join("")}function inOrder(a,b){let[x,y]=[a.where,b.where].map(where=>where.kind==="file"?where:{file:"",line:0,column:0});return compare(x.file,y.file)||(x.line??0)-(y.line??0)||(x.column??0)-(y.column??0)||compare(a.rule,b.rule)||compare(a.message,b.message)}function compare(a,b){return a<b?-1:a>b?1:0}async function readDocuments(paths,unroll,files){let read=await Promise.all(paths.map(async path2=>documentsOf(path2,await readText(path2,files),unroll)));return{documents:read.flatMap(({documents})=>documents),reasons:read.flatMap(({reasons})=>reasons)}}function documentsOf(file,content,unroll){let unreadable=(says,line,column)=>policyReason("FM-POLICY-FILE-UNREADABLE",{says,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(file,line,column)});if("says"in content)return{documents:[],reasons:[unreadable(content.says)]};if(!/\.(?:ya?ml|json)$/i.test(file))return{documents:[],reasons:[unreadable("This is neither YAML nor JSON, by its name.")]};let{documents,problems}=file.toLowerCase().endsWith(".json")?(0,_fermata_source__WEBPACK_IMPORTED_MODULE_1__.parseJson)(content.text,{file}):(0,_fermata_source__WEBPACK_IMPORTED_MODULE_1__.parseYaml)(content.text,{file,version:"1.1"});if(problems.length>0)return{documents:[],reasons:problems.map(({says,line,column})=>unreadable(says,line,column))};let found=documents.flatMap(document=>document.value===null?[]:parts(file,document,document.value,[],unroll));return{documents:found,reasons:found.length>0?[]:[policyReason("FM-POLICY-FILE-EMPTY",{says:`${file} holds no document.`,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(file)})]}}function parts(file,document,value,at,unroll){if(Array.isArray(value)&&at.length===0)return value.flatMap((item,index)=>parts(file,document,item,[index],unroll));let items=unroll?itemsOf(value):void 0;if(items!==void 0)return items.flatMap((item,index)=>parts(file,document,item,[...at,"items",index],unroll));let object=objectOf(value);return[{file,value,...object!==void 0&&{object},locate:path2=>{let{line,column}=document.nearestPosition([...at,...path2]);return(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(file,line,column)}}]}function itemsOf(value){if(!(typeof value!="object"||value===null||!("kind"in value)||!("items"in value)))return typeof value.kind=="string"&&value.kind.endsWith("List")&&Array.isArray(value.items)&&value.items.length>0?value.items:void 0}function objectOf(value){if(typeof value!="object"||value===null||!("kind"in value)||typeof value.kind!="string")return;let metadata="metadata"in value&&typeof value.metadata=="object"&&value.metadata!==null?value.metadata:{};return"name"in metadata&&typeof metadata.name=="string"?`${value.kind}/${metadata.name}`:void 0}var defaultFolder="policy";async function readModules(written2,needed,files){let asked=written2.length>0?written2:[defaultFolder],{paths,unused,unreachable}=await findFiles(asked,/\.rego$/,files);if(unreachable.length>0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(unreachable.map(path2=>({code:"FM-POLICY-INVALID",says:unreachableText,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)})));let policies=paths.filter(path2=>!path2.endsWith("_test.rego"));if(written2.length>0&&unused.length>0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(unused.map(pattern=>({code:"FM-POLICY-NO-POLICIES",says:`The input policies names ${pattern}, and there is no Rego file.`,remedy:"Correct the path: it is relative to the working directory."})));if(policies.length===0&&(needed||written2.length>0))throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-NO-POLICIES",says:written2.length>0?`There is no Rego file in ${written2.join(", ")}, beside tests.`:"There are no policies: the folder policy holds no Rego file.",remedy:"Name Rego files with the input policies, or a pack with the input pack."}]);return Promise.all(policies.map(async name=>{let content=await readText(name,files);if("says"in content)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-INVALID",says:content.says,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(name)}]);return{name,text:content.text}}))}var mostRows=200;function reasonsOf(scan2,failSeverity){let fails=finding=>failSeverity==="warning"||failSeverity==="failure"&&finding.kind==="fail",counting=scan2.counting.map(finding=>findingReason(finding,fails(finding)?"error":"warning")),excused=scan2.excused.map(({finding,exception})=>excusedReason(finding,`${exception.reason} (${exception.owner}, until ${exception.expires})`)),byRules=scan2.excusedByRules.map(finding=>excusedReason(finding,`an exception rule in ${finding.rule.slice(0,finding.rule.lastIndexOf("/"))}`));return[...counting,...excused,...byRules,...scan2.exceptionReasons]}function findingReason(finding,severity){return policyReason(finding.kind==="fail"?"FM-POLICY-DENIED":"FM-POLICY-WARNED",{says:messageOf2(finding),where:finding.where,rule:finding.rule,severity,...finding.remedy!==void 0&&{remedy:finding.remedy}})}function excusedReason(finding,because){return policyReason("FM-POLICY-EXCEPTED",{says:messageOf2(finding),where:finding.where,rule:finding.rule,excused:because,remedy:`Accepted: ${because}`})}function messageOf2({message,document,field,also}){let at=[document.object,field].filter(part=>part!==void 0&&part!=="").join(" "),others=also.length===0?"":`, and ${also.length===1?"at":`${also.length} times more, first at`} ${(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.locationText)(also[0])}`;return at===""&&others===""?message:`${message} [${at}${others}]`}function summaryOf({counting,excused,excusedByRules,documents,files}){let failures=counting.filter(({kind})=>kind==="fail").length,accepted=excused.length+excusedByRules.length,judged=`${counted(documents.length,"document")} in ${counted(files.length,"file")}`;return documents.length===0?"Nothing was judged.":`${counted(failures,"failure")} and ${counted(counting.length-failures,"warning")} in ${judged}${accepted===0?"":`, ${counted(accepted,"finding")} excepted`}.`}function outputsOf(scan2,reportFolder){let failures=scan2.counting.filter(({kind})=>kind==="fail");return{failures:String(failures.length),warnings:String(scan2.counting.length-failures.length),excepted:String(scan2.excused.length+scan2.excusedByRules.length),score:scoreOf(scan2),sarif:`${reportFolder.replace(/\/+$/,"")}/report.sarif`}}function scoreOf({counting,documents}){if(documents.length===0)return"";let failing=new Set(counting.filter(({kind})=>kind==="fail").map(({document})=>document));return String(Math.floor((documents.length-failing.size)/documents.length*100))}function rulesOf({answer}){return answer.namespaces.filter(({name})=>answer.selected.includes(name)).flatMap(space=>space.rules.map(rule=>{let described=rule.definitions.find(({title})=>title!==void 0)??rule.definitions[0],link=described?.links?.[0];return{id:`${space.name}/${rule.name}`,...described?.title!==void 0&&{title:described.title},...described?.description!==void 0&&{description:described.description},...link!==void 0&&{link},severity:rule.kind==="fail"?"error":"warning",tags:["policy"]}}))}function sectionsOf(scan2){let{answer,documents,files,packs:packs2,modules:modules2,counting}=scan2,own=modules2.filter(({name})=>!name.startsWith("pack:"));return[{id:"scan",title:"What was judged",blocks:[{kind:"facts",facts:[{label:"Files",value:`${files.length}, ${counted(documents.length,"document")}`},{label:"Policies",value:[...packs2,...own.length>0?[counted(own.length,"file")]:[]].join(", ")},{label:"Namespaces",value:answer.selected.join(", ")||"none"},{label:"Score",value:scoreOf(scan2)===""?"none: nothing was judged":`${scoreOf(scan2)} %: documents without a failure`},{label:"Engine",value:answer.engine}]}]},{id:"findings",title:"Findings",state:stateOf(scan2),blocks:findingBlocks(counting)},{id:"rules",title:"Rules",folded:!0,blocks:[ruleTable(scan2)]},...scan2.excused.length>0?[{id:"exceptions",title:"Exceptions",blocks:[exceptionTable(scan2)]}]:[]]}function stateOf({counting,documents}){return counting.some(({kind})=>kind==="fail")?"bad":counting.length>0?"warn":documents.length===0?"unknown":"good"}function findingBlocks(counting){let rows=counting.slice(0,mostRows).map(finding=>[finding.kind==="fail"?{text:"fail",state:"bad"}:{text:"warn",state:"warn"},{text:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.locationText)(finding.where),code:!0},finding.document.object??"",finding.message,{text:finding.rule,code:!0}]),table={kind:"table",columns:[{title:"Is"},{title:"Where"},{title:"Object"},{title:"What"},{title:"Rule"}],rows,empty:"Nothing was found."};return counting.length>mostRows?[table,{kind:"text",text:`${counted(counting.length-mostRows,"more finding")} in report.sarif.`}]:[table]}function ruleTable({answer,counting,excused,excusedByRules}){let times=(all,id2)=>all.filter(({rule})=>rule===id2).length,accepted=[...excused.map(({finding})=>finding),...excusedByRules],rows=answer.namespaces.filter(({name})=>answer.selected.includes(name)).flatMap(space=>space.rules.map(({name,kind,definitions})=>{let id2=`${space.name}/${name}`;return[{text:id2,code:!0},definitions[0]?.title??"",kind,times(counting,id2),times(accepted,id2),reachedText(definitions)]}));return{kind:"table",columns:[{title:"Rule"},{title:"About"},{title:"Kind"},{title:"Findings",align:"right"},{title:"Excepted",align:"right"},{title:"Reached"}],rows,empty:"No rule was asked."}}function reachedText(definitions){let told=[...new Set(definitions.map(({reached})=>reached))];return told.length===1?told[0]:`${definitions.filter(({reached})=>reached==="yes").length} of ${definitions.length}`}function exceptionTable({excused}){let rows=excused.slice(0,mostRows).map(({finding,exception})=>[{text:finding.rule,code:!0},{text:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.locationText)(finding.where),code:!0},exception.owner,exception.reason,exception.expires]);return{kind:"table",columns:[{title:"Rule"},{title:"Where"},{title:"Owner"},{title:"Reason"},{title:"Until"}],rows}}function counted(count,what){return`${count} ${what}${count===1?"":"s"}`}function silentPasses(answer,wanted){let judged=answer.namespaces.filter(({name})=>answer.selected.includes(name));return[...unknownNamespaces(answer,wanted),...rulelessNamespaces(judged),...unaskedRules(judged),...unreachedRules(judged)]}function unknownNamespaces({namespaces,selected},wanted){let there=namespaces.map(({name})=>name).filter(name=>!isOwn(name));return wanted.filter(name=>/[*?[]/.test(name)?!selected.some(one=>!isOwn(one)):!there.includes(name)).map(name=>{let meant=(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.didYouMean)(name,there);return policyReason("FM-POLICY-NAMESPACE-UNKNOWN",{says:`No policy has the package ${name}.${meant===void 0?"":` Did you mean ${meant}?`} There ${there.length===1?"is":"are"} ${there.join(", ")||"none"}.`})})}function rulelessNamespaces(judged){return judged.length===0||judged.some(({rules})=>rules.length>0)?[]:[policyReason("FM-POLICY-NAMESPACE-EMPTY",{says:`${judged.map(({name})=>name).join(", ")} ${judged.length===1?"has":"have"} no rule that is asked: none is named deny, violation or warn.`})]}function unaskedRules(judged){return judged.flatMap(({name,others})=>(others??[]).map(other=>policyReason("FM-POLICY-RULE-NOT-ASKED",{says:`Nobody asks the rule ${name}/${other.name}.`,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(other.file,other.line)})))}function unreachedRules(judged){let all=judged.flatMap(space=>space.rules.flatMap(rule=>rule.definitions.map(definition=>({space:space.name,rule:rule.name,definition}))));return all.length>0&&all.every(({definition})=>definition.reached==="no")?[policyReason("FM-POLICY-NOTHING-REACHED",{says:`No document got as far as the last condition of any of ${all.length} rules.`})]:all.filter(({space,definition})=>!isOwn(space)&&definition.reached==="no").map(({space,rule,definition})=>unreached(`${space}/${rule}`,definition))}function unreached(rule,definition){return policyReason("FM-POLICY-RULE-UNREACHED",{says:`No document got as far as the last condition of ${rule}.`,where:placeOf(definition)})}var codeOf={"rule-shape":"FM-POLICY-RULE-SHAPE","result-shape":"FM-POLICY-RESULT-SHAPE","no-message":"FM-POLICY-RESULT-SHAPE",failed:"FM-POLICY-RULE-FAILED"};function odditiesTold(oddities){let told=new Map;for(let{what,says,where}of oddities){let reason=policyReason(codeOf[what],{says,where});told.set(`${reason.code} ${says}`,reason)}return[...told.values()]}function isOwn(namespace){return namespace===ownRoot||namespace.startsWith(`${ownRoot}.`)}async function scan(request,ports){let{files,clock,log}=ports,startedAt=clock.now();if(request.base!==void 0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-BASE",says:"The input base does not work yet.",remedy:"Leave it out: every finding is told."}]);let packs2=choosePacks(request.pack),modules2=[...packs2.modules,...await readModules(request.policies,packs2.names.length===0,files)],data={...await readData(request.data,files),...packs2.data},exceptions=request.exceptions===void 0?[]:await readExceptions(request.exceptions,files),chosen=await chooseFiles(request,files),strictly=request.compat==="none",read=somethingToJudge(await readDocuments(chosen.paths,strictly,files),chosen.paths),namespaces=namespacesOf(request,modules2.length>packs2.modules.length,packs2),{inputs,map}=request.combine?combined(read.documents):separate(read.documents);log.info(`Judging ${read.documents.length} documents in ${chosen.paths.length} files by ${modules2.length} ${modules2.length===1?"module":"modules"} of Rego.`);let answer=await ports.policyEngine.judge({modules:modules2,data,regoVersion:request["rego-version"],namespaces:[...packs2.namespaces,...namespaces],strict:request.strict,seconds:request.timeout/1e3,inputs});for(let line of answer.prints)log.info(line);if(answer.errors.length>0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError(answer.errors.map(moduleProblem));let found=weighed(judgedBy(answer,map),exceptions,startedAt,{answer,documents:read.documents,files:chosen.paths,packs:packs2.names,modules:modules2}),reasons=[...reasonsOf(found,request["fail-severity"]),...read.reasons,...chosen.reasons,...timeReasons(answer),...strictly?silenceReasons(found,namespaces):conftestReasons(found)],summary=summaryOf(found);return log.info(summary),(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.buildReport)({capability:policyScan.name,summary,startedAt,endedAt:clock.now(),subject:ports.invocation.repository===void 0?{}:{repository:ports.invocation.repository},reasons,sections:sectionsOf(found),evidence:[evidenceOf(found,clock.now())],outputs:outputsOf(found,request["report-dir"]),rules:rulesOf(found),onInconclusive:request["on-inconclusive"]})}function namespacesOf({namespaces},ownPolicies,packs2){return ownPolicies||packs2.names.length===0||namespaces.join()!=="main"?namespaces:[]}function weighed(judged,exceptions,now,about){let{counting,excused,reasons}=applyExceptions(judged.findings,exceptions,now);return{...about,counting,excused,excusedByRules:judged.excused,oddities:judged.oddities,exceptionReasons:reasons}}function silenceReasons(found,namespaces){return[...found.documents.length===0?[]:silentPasses(found.answer,namespaces),...odditiesTold(found.oddities)]}function conftestReasons({oddities}){return odditiesTold(oddities.filter(({what})=>what==="no-message"))}function timeReasons({timedOut}){return timedOut?[policyReason("FM-POLICY-TIMEOUT",{says:"The time was up before every rule was asked about every document."})]:[]}async function chooseFiles(request,files){let written2=request.files.length>0?request.files:await manifestsOfCatalog(request,files),{paths,unused,unreachable}=await findFiles([...written2,...ownReports(request,written2)],/\.(?:ya?ml|json)$/i,files),lost=unreachable.map(path2=>policyReason("FM-POLICY-FILE-UNREADABLE",{says:unreachableText,where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(path2)}));return paths.length===0?{paths,reasons:[...lost,policyReason("FM-POLICY-NO-FILES",{says:`There is no YAML or JSON file in ${written2.join(", ")}.`})]}:{paths,reasons:[...lost,...unused.map(pattern=>policyReason("FM-POLICY-PATTERN-UNUSED",{says:`${pattern} means no file.`}))]}}function ownReports({"report-dir":folder},written2){let path2=patternOf(folder).root;return path2==="."||written2.some(pattern=>`${patternOf(pattern).root}/`.startsWith(`${path2}/`))?[]:[`!${path2}`]}function somethingToJudge(read,paths){return paths.length===0||read.documents.length>0||read.reasons.some(({severity})=>severity==="inconclusive")?read:{...read,reasons:[...read.reasons,policyReason("FM-POLICY-NO-FILES",{says:paths.length===1?`${paths[0]} holds no document.`:`None of ${paths.length} files holds a document.`})]}}async function manifestsOfCatalog({config},files){let paths=[...(await(0,_fermata_catalog__WEBPACK_IMPORTED_MODULE_5__.uM)(files,config)).services.values()].flatMap(({manifests})=>manifests.map(({path:path2})=>path2));if(paths.length===0)throw new _fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.ConfigurationError([{code:"FM-POLICY-NO-FILES",says:"No service of the catalog has manifests.",remedy:"Name files with the input files."}]);return[...new Set(paths)]}function separate(documents){return{inputs:documents.map(({value,file})=>({value,file:{name:file.slice(file.lastIndexOf("/")+1),dir:file.includes("/")?file.slice(0,file.lastIndexOf("/")):"."}})),map:(input,path2)=>{let document=documents[input];return document&&{document,path:path2}}}}function combined(documents){return{inputs:documents.length===0?[]:[{value:documents.map(({file,value})=>({path:file,contents:value}))}],map:(_,path2)=>{let[index,part,...rest]=path2,document=documents[typeof index=="number"?index:0];return document&&{document,path:part==="contents"?rest:[]}}}}function moduleProblem({message,file,line,column,code}){return{code:"FM-POLICY-INVALID",says:`${message} (${code})`,...file!==void 0&&{where:(0,_fermata_verdict__WEBPACK_IMPORTED_MODULE_0__.inFile)(file,line,column)}}}})};export{id,ids,modules};
