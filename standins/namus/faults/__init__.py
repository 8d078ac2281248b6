"""What can go wrong between a client and the site: each a small thing of its own, switched on by a rule."""
