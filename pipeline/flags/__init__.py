"""Signs of manufactured text: found, scored and pointed at, never cut."""
