import { loadCatalog, buildGraph, schedule } from '@fermata/catalog'
import { makeDetectRepository } from './detect-repository.ts'
import { execFileSync } from 'node:child_process'
const r = await makeDetectRepository('/tmp/proftest')
const text = execFileSync('git', ['cat-file','blob', `${r.head}:fermata.yaml`], {cwd: r.path, maxBuffer: 1<<28}).toString()
console.log(text.length)
for (let i=0;i<3;i++){
const t0=performance.now(); const c = loadCatalog(text,'fermata.yaml'); const t1=performance.now(); const g=buildGraph(c.services.values()); const t2=performance.now(); const w=g.withDependents(r.direct); const t3=performance.now(); g.waves(w.keys()); const t4=performance.now(); schedule(g,{durations:()=>1,runners:20,subset:w.keys()}); const t5=performance.now();
console.log('load',t1-t0,'graph',t2-t1,'dependents',t3-t2,'waves',t4-t3,'schedule',t5-t4)}
