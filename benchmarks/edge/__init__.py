"""The camera agent on videos of people who do not exist, walking through a scene."""
