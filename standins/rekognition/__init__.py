"""A face service that speaks Amazon Rekognition's wire protocol for face collections, on this machine only."""
