import{k as t,l as o}from"./chunk-LE7FZUTG.js";function g(s){return t(o,{title:"Hosts",children:t("p",{class:"muted",children:"Nothing yet."})})}export{g as HostsPage};
