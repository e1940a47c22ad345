const id=572,ids=[572],modules={9191:(module=>{module.exports=eval("require")("./late-muting")})};export{id,ids,modules};
