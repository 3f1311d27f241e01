/** How the server wants names: ids of hosts and webhooks, names of workflows and clients. */
export const NAME_RULE = "1 to 100 letters, digits, spaces, dots, dashes and underscores, beginning and ending with a letter or digit";

const NAME = /^[\p{L}\p{Nd}](?:[\p{L}\p{Nd} ._-]{0,98}[\p{L}\p{Nd}])?$/u;

export const isName = (text: string): boolean => NAME.test(text);
