import{k as e,l as o}from"./chunk-BBNOEOJT.js";function a(){return e(o,{title:"Compare",children:"…"})}export{a as ComparePage};
