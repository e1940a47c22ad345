const id=467,ids=[467],modules={467:(module=>{module.exports=eval("require")("./late-api")})};export{id,ids,modules};
