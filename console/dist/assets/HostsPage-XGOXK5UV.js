import{f as t,g as o}from"./chunk-LNHRRGFU.js";function g(s){return t(o,{title:"Hosts",children:t("p",{class:"muted",children:"Nothing yet."})})}export{g as HostsPage};
