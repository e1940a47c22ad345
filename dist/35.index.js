const id=35,ids=[35],modules={8035:(module=>{module.exports=eval("require")("./late-config")})};export{id,ids,modules};
