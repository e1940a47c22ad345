// Plain old JavaScript on purpose: it must run, and speak, on any Node that a machine may have.
'use strict'
var fs = require('fs')
var path = require('path')
var root = path.join(__dirname, '..')
var major = Number(process.versions.node.split('.')[0])
var problem
if (!fs.existsSync(path.join(root, 'node_modules', '@fermata', 'verdict'))) {
  problem = 'Fermata: dependencies are not installed. Run: npm ci'
} else if (major < 24) {
  problem = 'Fermata needs Node 24 or newer and runs on ' + process.version + '. On Linux and Windows `npm ci` brings its own Node 24 for `npm run`; elsewhere install Node 24 first.'
}
if (problem) {
  console.error(problem)
  process.exit(2)
}
