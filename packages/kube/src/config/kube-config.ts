/** A door of its own, loaded late: a bundler keeps all of what is imported by name at run time, and here that is one class and not the whole SDK. */
export { KubeConfig } from '@kubernetes/client-node'
