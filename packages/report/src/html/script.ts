/**
 * What the page gains with JavaScript, and what it is complete without: tables that filter and sort, links that open what they
 * lead to, a graph that lights up who stands beside a service. At most 3 KB.
 */
export const script = `
(()=>{const d=document,$=(q,e=d)=>[...e.querySelectorAll(q)]
const open=()=>{let e=d.getElementById(decodeURIComponent(location.hash.slice(1)));const t=e;for(;e;e=e.parentElement)if(e.tagName==='DETAILS')e.open=true
if(t){const f=t.querySelector(':scope>details');if(f)f.open=true;t.scrollIntoView()}}
addEventListener('hashchange',open);if(location.hash)open()
const order=new Intl.Collator('en',{numeric:true}).compare
for(const t of $('table[data-live]')){const body=t.tBodies[0],rows=[...body.rows]
$('thead th',t).forEach((th,i)=>{const b=d.createElement('button');b.type='button';b.append(...th.childNodes);th.append(b)
b.onclick=()=>{const up=th.getAttribute('aria-sort')!=='ascending';$('th[aria-sort]',t).forEach(o=>o.removeAttribute('aria-sort'));th.setAttribute('aria-sort',up?'ascending':'descending')
const key=r=>r.cells[i]?.dataset.v??r.cells[i]?.textContent??'';body.append(...rows.toSorted((a,b)=>order(key(a),key(b))*(up?1:-1)))}})
if(rows.length<8)continue
const bar=d.createElement('p'),input=d.createElement('input'),count=d.createElement('span')
bar.className='filter';input.type='search';input.placeholder='Filter';input.setAttribute('aria-label','Filter '+(t.dataset.live||'rows'));count.setAttribute('role','status')
const show=()=>{const q=input.value.trim().toLowerCase();let n=0;for(const r of rows){r.hidden=!r.textContent.toLowerCase().includes(q);n+=!r.hidden}count.textContent=n+' of '+rows.length}
input.oninput=show;show();bar.append(input,count);t.closest('.scroll').before(bar)}
addEventListener('keydown',e=>{if(e.key==='/'&&!/INPUT|TEXTAREA/.test(e.target.tagName)){const f=d.querySelector('.filter input');if(f){e.preventDefault();f.focus()}}})
for(const g of $('svg.graph')){const paths=$('path[data-a]',g),nodes=$('.node',g)
const light=n=>{const id=n?.dataset.n,near=new Set([id]);for(const p of paths){const on=n&&(p.dataset.a===id||p.dataset.b===id);p.classList.toggle('near',!!on);p.classList.toggle('dim',!!n&&!on);if(on)near.add(p.dataset.a).add(p.dataset.b)}
for(const o of nodes){o.classList.toggle('near',!!n&&o===n);o.classList.toggle('dim',!!n&&!near.has(o.dataset.n))}}
for(const n of nodes){n.onpointerenter=()=>light(n);n.onpointerleave=()=>light();n.addEventListener('focusin',()=>light(n));n.addEventListener('focusout',()=>light())}}
})()
`.trim()
