"""What one page cannot show: the lines that a site repeats, and the articles that are one article."""
