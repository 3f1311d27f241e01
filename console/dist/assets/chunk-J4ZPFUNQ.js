import{u as l}from"./chunk-3YSO6UAS.js";function u({words:n,most:t=99,none:s}){if(n.length===0)return s===void 0?null:l("span",{class:"muted",children:s});let e=n.slice(t);return l("ul",{class:"chips",children:[n.slice(0,t).map(i=>l("li",{title:i,children:i},i)),e.length>0&&l("li",{class:"muted",title:e.join(`
`),children:[e.length," more"]})]})}export{u as a};
