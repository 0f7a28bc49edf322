package view

// Document is the document of an entry, in the type of its content.
type Document interface{ IsDocument() }
