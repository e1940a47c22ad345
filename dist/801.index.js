const id=801,ids=[801],modules={8801:(module=>{module.exports=eval("require")("./late-groups")})};export{id,ids,modules};
