wire(document);
