import{k as t,l as e}from"./chunk-BBNOEOJT.js";function n({id:g}){return t(e,{title:g,children:"…"})}export{n as RunPage};
