"""What the annotating stages share: tokens and sentences, patterns, quantities, conditions, assertion, roles."""
