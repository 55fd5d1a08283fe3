/** What a database says of a column or table that is not there. */
export const missesSchema =
  /ORA-00904|ORA-00942|(?:column|relation|table)\b.{0,140}(?:does not|doesn't) exist|no such (?:column|table)|unknown column|undefined column|invalid (?:column|object) name|invalid identifier/i;
