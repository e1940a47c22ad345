import { TestEnvironment } from 'jest-environment-node'
import v8 from 'node:v8'
import vm from 'node:vm'

// V8 keeps what it has compiled of a suite, and with it the whole context, although no other suite can use it: some megabytes each.
v8.setFlagsFromString('--no-compilation-cache')

/**
 * Jest's environment for Node, whose global object is an ordinary one. In jest's own it is a Proxy that remembers what is set on it,
 * and in any context of node:vm it is an object with interceptors: each `Object`, `Math` or `Array` in a module then costs more than most
 * functions that use them, and code under test spends up to a third of its time there. What jest would take back from the Proxy when a
 * suite ends goes with the context itself.
 */
export default class PlainGlobal extends TestEnvironment {
  constructor(...given) {
    const { createContext } = vm
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY)
    try {
      super(...given)
    } finally {
      vm.createContext = createContext
    }
  }
}
