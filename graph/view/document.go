package view

// Document is what was written of an entry: the document of its type.
type Document interface{ IsDocument() }
